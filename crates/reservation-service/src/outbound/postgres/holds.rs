mod placing;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{EventBody, HoldError, HoldRequest, Holds, Reservation, ReservationState, Seen};
use service_kit::postgres::{TransactionError, now};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::locks::{self, broken, reserved};
use super::rows::ReservationRow;
use super::schema::reservations;
use super::writes;

pub use placing::{PLACING, Placing};

#[async_trait]
impl Holds for PostgresBoxOffice {
    async fn place(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError> {
        self.placing.carry_out(request).await?
    }

    async fn sweep_lapsed(&self, limit: usize) -> anyhow::Result<usize> {
        let limit = i64::try_from(limit)?;
        let swept = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let at = now(connection).await?;
            let lapsed = reservations::status.eq("held").and(reservations::held_until.le(at));
            let lapsed = reservations::table.filter(lapsed).order(reservations::held_until).limit(limit);
            let lapsed = lapsed.select(ReservationRow::as_select()).for_update().skip_locked();
            let mut rows: Vec<ReservationRow> = lapsed.load(connection).await?;
            // Their passes are taken in one order too.
            rows.sort_by_key(|row| row.pass_id);
            // All their seats at once and by id, as everyone locks them.
            let ids: Vec<Uuid> = rows.iter().flat_map(|row| row.seat_ids.iter().copied()).collect();
            let seats = reserved(&locks::seats_by_id(connection, &ids).await?);
            for row in &rows {
                self.end_lapsed(connection, row.reservation(&seats).map_err(broken)?, at).await?;
            }
            Ok::<_, TransactionError<anyhow::Error>>(rows.len())
        });
        swept.await
    }
}

impl PostgresBoxOffice {
    async fn end_lapsed(
        &self,
        connection: &mut AsyncPgConnection,
        mut reservation: Reservation,
        at: DateTime<Utc>,
    ) -> Result<(), diesel::result::Error> {
        writes::free_seats(connection, &reservation).await?;
        reservation.state = ReservationState::Expired;
        writes::reservation(connection, &reservation).await?;
        if writes::pass_is_idle(connection, reservation.pass_id, at).await? {
            self.enqueue(connection, EventBody::SlotYielded { pass_id: reservation.pass_id }).await?;
        }
        Ok(())
    }
}
