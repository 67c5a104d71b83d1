//! Reading rows under their locks.

use std::collections::{BTreeSet, HashMap};

use anyhow::Context;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{InventorySeat, Payment, Reservation, ReservedSeat};
use domain::shared::{PaymentId, ReservationId, ScheduleId, SeatId, UserId};
use service_kit::postgres::{TransactionError, statement};
use uuid::Uuid;

use super::rows::{PaymentRow, ReservationRow, SeatRow};
use super::schema::{payments, reservations, seats};

/// The error of a transaction whose refusal is `E`.
pub type Refused<E> = TransactionError<E>;

/// A reading that went wrong, as the refusal of any transaction.
pub fn broken<E: From<anyhow::Error>>(error: anyhow::Error) -> Refused<E> {
    TransactionError::Refused(E::from(error))
}

/// What transactions about the same things wait for each other by, where there is no one row to lock.
///
/// The ids are folded into the 64 bits that a lock's key has; two that fall together only wait for each other.
pub fn turn_of(ids: &[Uuid]) -> i64 {
    let key = ids.iter().fold(0_u64, |key, id| {
        let (high, low) = id.as_u64_pair();
        key.rotate_left(31) ^ high ^ low.rotate_left(17)
    });
    key.cast_signed()
}

/// A turn, under its key.
#[derive(Clone, Copy, Debug)]
pub enum Turn {
    /// One transaction at a time has it.
    Alone(i64),
    /// Any number of transactions have it together, and none alone meanwhile.
    Together(i64),
}

impl Turn {
    /// That of holds of a performance: alone for whoever chooses among all free seats.
    pub fn of_schedule(schedule: ScheduleId, alone: bool) -> Self {
        let key = turn_of(&[schedule.0]);
        if alone { Self::Alone(key) } else { Self::Together(key) }
    }
}

/// Takes one turn after the other, in the order given: those of fans and passes first and then performances', each sorted.
pub async fn turns(connection: &mut AsyncPgConnection, turns: Vec<Turn>) -> QueryResult<()> {
    let (keys, alone): (Vec<i64>, Vec<bool>) = turns
        .into_iter()
        .map(|turn| match turn {
            Turn::Alone(key) => (key, true),
            Turn::Together(key) => (key, false),
        })
        .unzip();
    let take = statement(
        "SELECT CASE WHEN alone THEN pg_advisory_xact_lock(key) ELSE pg_advisory_xact_lock_shared(key) END \
         FROM unnest($1, $2) AS turns (key, alone)",
    );
    take.bind::<Array<BigInt>, _>(keys).bind::<Array<Bool>, _>(alone).execute(connection).await?;
    Ok(())
}

/// Locks seats by id, those of them that exist.
pub async fn seats_by_id<E: From<anyhow::Error>>(
    mut connection: &AsyncPgConnection,
    ids: &[Uuid],
) -> Result<Vec<InventorySeat>, Refused<E>> {
    let rows = seats::table.filter(seats::seat_id.eq_any(ids)).order(seats::seat_id);
    let rows: Vec<SeatRow> = rows.select(SeatRow::as_select()).for_update().load(&mut connection).await?;
    rows.into_iter().map(SeatRow::seat).collect::<anyhow::Result<_>>().map_err(broken)
}

/// Locks a reservation, of `user` where one is given, takes the turn of its pass, and then locks its seats.
pub async fn reservation<E: From<anyhow::Error>>(
    connection: &mut AsyncPgConnection,
    id: ReservationId,
    user: Option<UserId>,
) -> Result<Option<Reservation>, Refused<E>> {
    let row = reservations::table.find(id.0).select(ReservationRow::as_select()).for_update();
    let row: Option<ReservationRow> = row.first(connection).await.optional()?;
    let Some(row) = row.filter(|row| user.is_none_or(|user| row.user_id == user.0)) else { return Ok(None) };
    turns(connection, vec![Turn::Alone(turn_of(&[row.pass_id]))]).await?;
    let seats = seats_by_id(connection, &row.seat_ids).await?;
    row.reservation(&reserved(&seats)).map(Some).map_err(broken)
}

/// Those of the passes under which nothing is held, being paid for or sold at `at`. Their turns are the caller's: of
/// several reservations that end at once the last finds its pass idle, and a hold that begins at once is seen.
pub async fn idle_passes(
    connection: &mut AsyncPgConnection,
    passes: &BTreeSet<Uuid>,
    at: DateTime<Utc>,
) -> QueryResult<BTreeSet<Uuid>> {
    let live = reservations::status
        .eq_any(["paying", "confirmed"])
        .or(reservations::status.eq("held").and(reservations::held_until.gt(at)));
    let busy = reservations::table.filter(reservations::pass_id.eq_any(passes).and(live));
    let busy: Vec<Uuid> = busy.select(reservations::pass_id).distinct().load(connection).await?;
    Ok(passes.iter().filter(|pass| !busy.contains(pass)).copied().collect())
}

/// Locks a payment.
pub async fn payment<E: From<anyhow::Error>>(
    connection: &mut AsyncPgConnection,
    id: PaymentId,
) -> Result<Payment, Refused<E>> {
    let row = payments::table.find(id.0).select(PaymentRow::as_select()).for_update();
    let row: Option<PaymentRow> = row.first(connection).await.optional()?;
    let row = row.with_context(|| format!("there is no payment {id}")).map_err(broken)?;
    row.payment().map_err(broken)
}

/// What a fan sees of seats, by id.
pub fn reserved(seats: &[InventorySeat]) -> HashMap<SeatId, ReservedSeat> {
    let reserved = seats.iter().map(|seat| {
        let InventorySeat { id, number, section, row, price, state: _ } = seat.clone();
        (id, ReservedSeat { id, number, section, row, price })
    });
    reserved.collect()
}
