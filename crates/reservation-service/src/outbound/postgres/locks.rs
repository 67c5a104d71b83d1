//! Reading rows under their locks.

use std::collections::HashMap;

use anyhow::Context;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{InventorySeat, Payment, Reservation, ReservedSeat};
use domain::shared::{PaymentId, ReservationId, SeatId, UserId};
use service_kit::postgres::TransactionError;
use uuid::Uuid;

use super::rows::{PaymentRow, ReservationRow, SeatRow};
use super::schema::{payments, reservations, seats};

diesel::define_sql_function! {
    /// Had until the transaction ends.
    fn pg_advisory_xact_lock(key: diesel::sql_types::Int8);
}

/// The error of a transaction whose refusal is `E`.
pub type Refused<E> = TransactionError<E>;

/// A reading that went wrong, as the refusal of any transaction.
pub fn broken<E: From<anyhow::Error>>(error: anyhow::Error) -> Refused<E> {
    TransactionError::Refused(E::from(error))
}

/// Lets transactions about the same things be decided one after the other where there is no one row to lock.
///
/// The ids are folded into the 64 bits that a lock's key has; two that fall together only wait for each other.
pub async fn one_after_the_other(connection: &mut AsyncPgConnection, ids: &[Uuid]) -> QueryResult<()> {
    let key = ids.iter().fold(0_u64, |key, id| {
        let (high, low) = id.as_u64_pair();
        key.rotate_left(31) ^ high ^ low.rotate_left(17)
    });
    diesel::select(pg_advisory_xact_lock(key.cast_signed())).execute(connection).await?;
    Ok(())
}

/// Locks seats by id, those of them that exist.
pub async fn seats_by_id<E: From<anyhow::Error>>(
    connection: &mut AsyncPgConnection,
    ids: &[Uuid],
) -> Result<Vec<InventorySeat>, Refused<E>> {
    let rows = seats::table.filter(seats::seat_id.eq_any(ids)).order(seats::seat_id);
    let rows: Vec<SeatRow> = rows.select(SeatRow::as_select()).for_update().load(connection).await?;
    rows.into_iter().map(SeatRow::seat).collect::<anyhow::Result<_>>().map_err(broken)
}

/// Locks a reservation, of `user` if one is named, and then its seats.
pub async fn reservation<E: From<anyhow::Error>>(
    connection: &mut AsyncPgConnection,
    id: ReservationId,
    user: Option<UserId>,
) -> Result<Option<(Reservation, Vec<InventorySeat>)>, Refused<E>> {
    let row = reservations::table.find(id.0).select(ReservationRow::as_select()).for_update();
    let row: Option<ReservationRow> = row.first(connection).await.optional()?;
    let Some(row) = row.filter(|row| user.is_none_or(|user| row.user_id == user.0)) else { return Ok(None) };
    let seats = seats_by_id(connection, &row.seat_ids).await?;
    let reservation = row.reservation(&reserved(&seats)).map_err(broken)?;
    Ok(Some((reservation, seats)))
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
