mod best;
mod placing;
mod plans;

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{Event, EventBody, HoldError, HoldRequest, Holds, Reservation, Seen};
use domain::shared::{EntryId, EventId, ScheduleId};
use service_kit::postgres::{TransactionError, now};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::locks::Turn;
use super::rows::ReservationRow;
use super::schema::{reservations, seats};
use super::{locks, outbox, writes};

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
            let rows: Vec<ReservationRow> = lapsed.load(connection).await?;
            if !rows.is_empty() {
                self.end_lapsed(connection, &rows, at).await?;
            }
            Ok::<_, TransactionError<anyhow::Error>>(rows.len())
        });
        swept.await
    }
}

impl PostgresBoxOffice {
    /// Ends lapsed holds, all of them together.
    async fn end_lapsed(
        &self,
        connection: &mut AsyncPgConnection,
        lapsed: &[ReservationRow],
        at: DateTime<Utc>,
    ) -> QueryResult<()> {
        let passes: BTreeSet<Uuid> = lapsed.iter().map(|row| row.pass_id).collect();
        let turns: BTreeSet<i64> = passes.iter().map(|pass| locks::turn_of(&[*pass])).collect();
        // As every hold does: whoever has a performance alone waits for no seat that a sweep has locked.
        let schedules: BTreeSet<Uuid> = lapsed.iter().map(|row| row.schedule_id).collect();
        let schedules = schedules.into_iter().map(|id| Turn::of_schedule(ScheduleId(id), false));
        locks::turns(connection, turns.into_iter().map(Turn::Alone).chain(schedules).collect()).await?;
        let ids: Vec<Uuid> = lapsed.iter().map(|row| row.reservation_id).collect();
        let seat_ids: BTreeSet<Uuid> = lapsed.iter().flat_map(|row| row.seat_ids.iter().copied()).collect();
        let theirs = seats::table.filter(seats::seat_id.eq_any(seat_ids)).order(seats::seat_id);
        let theirs = theirs.select((seats::seat_id, seats::reservation_id)).for_update();
        let theirs: Vec<(Uuid, Option<Uuid>)> = theirs.load(connection).await?;
        // A lapsed hold's seat may have been taken over.
        let still = theirs.into_iter().filter(|(_, owner)| owner.is_some_and(|owner| ids.contains(&owner)));
        writes::free(connection, still.map(|(seat, _)| seat).collect()).await?;
        diesel::update(reservations::table.filter(reservations::reservation_id.eq_any(ids)))
            .set(reservations::status.eq("expired"))
            .execute(connection)
            .await?;
        let idle = locks::idle_passes(connection, &passes, at).await?;
        let events: Vec<Event> = idle.into_iter().map(|pass| self.yielded(EntryId(pass))).collect();
        outbox::enqueue(connection, &events).await
    }

    fn yielded(&self, pass_id: EntryId) -> Event {
        Event { id: EventId(self.ids.next()), body: EventBody::SlotYielded { pass_id } }
    }
}
