use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{Inventory, InventorySeat, SaleTerms, SeatReport};
use domain::shared::{ScheduleId, SeatId};
use service_kit::postgres::{TransactionError, classify, now};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::rows::{SaleRow, state_of_seat};
use super::schema::{sales, seats, settled_version};

/// PostgreSQL takes 65,535 parameters a statement; a seat has six.
const SEATS_PER_INSERT: usize = 10_000;

type SeatChange = (Uuid, String, Option<Uuid>, Option<DateTime<Utc>>);

#[async_trait]
impl Inventory for PostgresBoxOffice {
    async fn publish(&self, terms: SaleTerms, stock: Vec<InventorySeat>) -> anyhow::Result<()> {
        let schedule_id = terms.schedule_id.0;
        let sale = SaleRow::from(terms);
        let published = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let inserted = diesel::insert_into(sales::table).values(&sale).on_conflict_do_nothing();
            if inserted.execute(connection).await? == 0 {
                return Ok(());
            }
            for seats in stock.chunks(SEATS_PER_INSERT) {
                let rows = seats.iter().map(|seat| {
                    (
                        seats::seat_id.eq(seat.id.0),
                        seats::schedule_id.eq(schedule_id),
                        seats::number.eq(i32::try_from(seat.number).unwrap_or(i32::MAX)),
                        seats::section.eq(&seat.section),
                        seats::row_number.eq(i32::try_from(seat.row).unwrap_or(i32::MAX)),
                        seats::price.eq(seat.price.as_won()),
                    )
                });
                let rows: Vec<_> = rows.collect();
                diesel::insert_into(seats::table).values(rows).execute(connection).await?;
            }
            Ok::<_, TransactionError<anyhow::Error>>(())
        });
        published.await
    }

    async fn changes(&self, schedule: ScheduleId, version: i64) -> anyhow::Result<Option<SeatReport>> {
        let mut connection = self.database.connection().await?;
        let known = sales::table.find(schedule.0).select(sales::schedule_id);
        if known.first::<Uuid>(&mut connection).await.optional().map_err(classify)?.is_none() {
            return Ok(None);
        }
        // The version is read before the seats: whatever it promises to include is there when they are read.
        let settled =
            diesel::select(settled_version()).get_result(&mut connection).await.map_err(classify)?;
        let changed = seats::table
            .filter(seats::schedule_id.eq(schedule.0).and(seats::changed_in.ge(version)))
            .select((seats::seat_id, seats::status, seats::reservation_id, seats::held_until));
        let changed: Vec<SeatChange> = changed.load(&mut connection).await.map_err(classify)?;
        let now = now(&mut connection).await.map_err(classify)?;
        let changes = changed.into_iter().map(|(id, status, reservation, until)| {
            Ok((SeatId(id), state_of_seat(id, &status, reservation, until)?))
        });
        Ok(Some(SeatReport { version: settled, now, changes: changes.collect::<anyhow::Result<_>>()? }))
    }
}
