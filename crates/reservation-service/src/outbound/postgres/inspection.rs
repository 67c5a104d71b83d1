//! What those who run a sale see. No lock is taken: whoever sells is not kept waiting by whoever looks.

mod sales;

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{
    Inspected, Inspection, Payment, Release, ReservationStatus, SalesFigures, SeatSought, Seen, Sought,
};
use domain::shared::{Page, PageRequest, ReservationId, ScheduleId};
use service_kit::postgres::{classify, now};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::reservations::seats_of;
use super::rows::{PaymentRow, ReleaseRow, ReservationRow};
use super::schema::{payments, releases, reservations, sales as terms, seats};

#[async_trait]
impl Inspection for PostgresBoxOffice {
    async fn sales(&self, schedule: ScheduleId) -> anyhow::Result<Option<SalesFigures>> {
        sales::figures(&mut *self.database.connection().await?, schedule).await
    }

    async fn reservations(
        &self,
        sought: Sought,
        page: PageRequest,
    ) -> anyhow::Result<Option<Seen<Page<Inspected>>>> {
        let mut connection = self.database.connection().await?;
        if !is_on_sale(&mut connection, sought.schedule_id).await.map_err(classify)? {
            return Ok(None);
        }
        let at = now(&mut connection).await.map_err(classify)?;
        let rows = search(&mut connection, sought, page, at).await?;
        let inspected = inspected(&mut connection, &rows).await?;
        let value = Page::cut(inspected, &page, |found: &Inspected| found.reservation.id.0);
        Ok(Some(Seen { value, now: at }))
    }

    async fn inspect(&self, id: ReservationId) -> anyhow::Result<Option<Seen<Inspected>>> {
        let mut connection = self.database.connection().await?;
        let row = reservations::table.find(id.0).select(ReservationRow::as_select());
        let rows: Vec<ReservationRow> = row.load(&mut connection).await.map_err(classify)?;
        let found = inspected(&mut connection, &rows).await?;
        let now = now(&mut connection).await.map_err(classify)?;
        Ok(found.into_iter().next().map(|value| Seen { value, now }))
    }
}

async fn is_on_sale(connection: &mut AsyncPgConnection, schedule: ScheduleId) -> QueryResult<bool> {
    diesel::select(exists(terms::table.find(schedule.0))).get_result(connection).await
}

/// One page of them and one more. It reads the reservations of one performance from the cursor on, by index, until the page
/// is full.
async fn search(
    connection: &mut AsyncPgConnection,
    sought: Sought,
    page: PageRequest,
    at: DateTime<Utc>,
) -> anyhow::Result<Vec<ReservationRow>> {
    let Sought { schedule_id, status, seat } = sought;
    let mut rows = reservations::table
        .filter(reservations::schedule_id.eq(schedule_id.0))
        .order(reservations::reservation_id)
        .limit(i64::try_from(page.limit() + 1)?)
        .select(ReservationRow::as_select())
        .into_boxed();
    if let Some(cursor) = page.after {
        rows = rows.filter(reservations::reservation_id.gt(cursor.0));
    }
    match status {
        None => {}
        Some(ReservationStatus::Held) => {
            rows = rows.filter(reservations::status.eq("held").and(reservations::held_until.gt(at)));
        }
        Some(ReservationStatus::Expired) => {
            let lapsed = reservations::status.eq("held").and(reservations::held_until.le(at));
            rows = rows.filter(reservations::status.eq("expired").or(lapsed));
        }
        Some(
            status @ (ReservationStatus::Paying
            | ReservationStatus::Confirmed
            | ReservationStatus::Released
            | ReservationStatus::Cancelled),
        ) => rows = rows.filter(reservations::status.eq(status.word())),
    }
    if let Some(seat) = seat {
        let Some(id) = seat_id(connection, schedule_id, seat).await? else { return Ok(Vec::new()) };
        rows = rows.filter(reservations::seat_ids.contains(vec![id]));
    }
    rows.load(connection).await.map_err(classify)
}

async fn seat_id(
    connection: &mut AsyncPgConnection,
    schedule: ScheduleId,
    seat: SeatSought,
) -> anyhow::Result<Option<Uuid>> {
    let number = match seat {
        SeatSought::Id(id) => return Ok(Some(id.0)),
        SeatSought::Number(number) => number,
    };
    // A number that the column has no room for is no seat's.
    let Ok(number) = i32::try_from(number) else { return Ok(None) };
    let seat = seats::table.filter(seats::schedule_id.eq(schedule.0).and(seats::number.eq(number)));
    seat.select(seats::seat_id).first(connection).await.optional().map_err(classify)
}

/// Reservations with what explains them: three more statements, however many they are.
async fn inspected(
    connection: &mut AsyncPgConnection,
    rows: &[ReservationRow],
) -> anyhow::Result<Vec<Inspected>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.reservation_id).collect();
    let known = seats_of(connection, rows).await?;
    let latest = payments::table
        .filter(payments::reservation_id.eq_any(ids.clone()))
        .distinct_on(payments::reservation_id)
        .order((payments::reservation_id, payments::created_at.desc(), payments::payment_id.desc()))
        .select(PaymentRow::as_select());
    let latest: Vec<PaymentRow> = latest.load(connection).await.map_err(classify)?;
    let mut latest: HashMap<Uuid, Payment> = latest
        .into_iter()
        .map(|row| Ok((row.reservation_id, row.payment()?)))
        .collect::<anyhow::Result<_>>()?;
    let released = releases::table.filter(releases::reservation_id.eq_any(ids));
    let released: Vec<ReleaseRow> =
        released.select(ReleaseRow::as_select()).load(connection).await.map_err(classify)?;
    let mut released: HashMap<Uuid, Release> = released
        .into_iter()
        .map(|row| Ok((row.reservation_id, row.release()?)))
        .collect::<anyhow::Result<_>>()?;
    let inspected = rows.iter().map(|row| {
        let (payment, release) = (latest.remove(&row.reservation_id), released.remove(&row.reservation_id));
        Ok(Inspected { reservation: row.reservation(&known)?, payment, release })
    });
    inspected.collect()
}
