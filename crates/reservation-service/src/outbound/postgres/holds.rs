use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{
    EventBody, HoldError, HoldRequest, Holds, Reservation, ReservationState, SaleTerms, SeatClaim, SeatState,
    Seen, decide_hold,
};
use domain::shared::SeatId;
use service_kit::postgres::{TransactionError, classify, clock_timestamp, now};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::locks::{self, broken, reserved};
use super::rows::{ReservationRow, SaleRow};
use super::schema::{reservations, sales, seats};
use super::writes;

#[async_trait]
impl Holds for PostgresBoxOffice {
    async fn place(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError> {
        let taken = self.obviously_taken(&request).await?;
        if !taken.is_empty() {
            return Err(HoldError::SeatsTaken(taken));
        }
        let placed = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            // So that the limit counts all holds of a fan, and the same hold twice at once is found the second time.
            locks::one_after_the_other(connection, &[request.user_id.0, request.schedule_id.0]).await?;
            if let Some((known, _)) = locks::reservation(connection, request.reservation_id, None).await? {
                known.check_same(&request).map_err(TransactionError::Refused)?;
                return Ok(Seen { value: known, now: now(connection).await? });
            }
            let sale = sales::table.find(request.schedule_id.0).select(SaleRow::as_select());
            let sale: Option<SaleRow> = sale.first(connection).await.optional()?;
            let terms =
                sale.map(SaleTerms::from).ok_or(TransactionError::Refused(HoldError::NoSuchSchedule))?;
            let ids: Vec<Uuid> = request.seat_ids.iter().map(|id| id.0).collect();
            let ids = in_schedule(connection, &ids, request.schedule_id.0).await?;
            let seats = locks::seats_by_id(connection, &ids).await?;
            // Read with all locks had, so that it is the time at which this hold is decided.
            let now = now(connection).await?;
            let taken_by_user = taken_by_user(connection, &request, now).await?;
            let claim = SeatClaim { terms: &terms, seats: &seats, taken_by_user, now };
            let reservation = decide_hold(&request, &claim).map_err(TransactionError::Refused)?;
            let held = SeatState::Held { by: reservation.id, until: Some(reservation.held_until) };
            writes::seats(connection, &ids, held).await?;
            let row = ReservationRow::of(&reservation);
            // The audit judges the hold by the limit of its time.
            let seat_limit = i32::try_from(request.max_seats_per_user).unwrap_or(i32::MAX);
            let row = (row, reservations::seat_limit.eq(seat_limit));
            diesel::insert_into(reservations::table).values(row).execute(connection).await?;
            Ok(Seen { value: reservation, now })
        });
        placed.await
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
    /// Which of the seats are taken, read without a lock: of the many who want one seat, all but the first few are
    /// turned away here and never stand in its row's queue. What this lets through is decided under locks, and so is
    /// whatever there is more to say about than that seats are taken.
    async fn obviously_taken(&self, request: &HoldRequest) -> anyhow::Result<Vec<SeatId>> {
        let mut connection = self.database.connection().await?;
        let ids: Vec<Uuid> = request.seat_ids.iter().map(|id| id.0).collect();
        let at = clock_timestamp();
        let running = seats::held_until.is_null().or(seats::held_until.gt(at.nullable()).assume_not_null());
        let taken = seats::status.eq_any(["sold", "blocked"]).or(seats::status.eq("held").and(running));
        let open = sales::sales_open_at.le(at).and(sales::sales_close_at.gt(at));
        let placed_before = reservations::table.find(request.reservation_id.0);
        let wanted = seats::table
            .inner_join(sales::table)
            .filter(seats::seat_id.eq_any(&ids).and(seats::schedule_id.eq(request.schedule_id.0)))
            .filter(open.and(sales::queue_id.eq(request.queue_id.0)).and(not(exists(placed_before))))
            .order(seats::seat_id)
            .select((seats::seat_id, taken));
        let wanted: Vec<(Uuid, bool)> = wanted.load(&mut connection).await.map_err(classify)?;
        if wanted.len() < ids.len() {
            return Ok(Vec::new());
        }
        Ok(wanted.into_iter().filter(|(_, taken)| *taken).map(|(id, _)| SeatId(id)).collect())
    }

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

/// Those of the seats that belong to the performance.
async fn in_schedule(
    connection: &mut AsyncPgConnection,
    ids: &[Uuid],
    schedule: Uuid,
) -> QueryResult<Vec<Uuid>> {
    let seats = seats::table.filter(seats::seat_id.eq_any(ids).and(seats::schedule_id.eq(schedule)));
    seats.order(seats::seat_id).select(seats::seat_id).load(connection).await
}

/// Live or sold seats the fan has of this performance already.
async fn taken_by_user(
    connection: &mut AsyncPgConnection,
    request: &HoldRequest,
    at: DateTime<Utc>,
) -> Result<usize, TransactionError<HoldError>> {
    let live = reservations::status
        .eq_any(["paying", "confirmed"])
        .or(reservations::status.eq("held").and(reservations::held_until.gt(at)));
    let mine =
        reservations::user_id.eq(request.user_id.0).and(reservations::schedule_id.eq(request.schedule_id.0));
    let seats = reservations::table.filter(mine.and(live)).select(reservations::seat_ids);
    let seats: Vec<Vec<Uuid>> = seats.load(connection).await?;
    Ok(seats.iter().map(Vec::len).sum())
}
