//! Writing what was decided of one reservation under its locks.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{Payment, Reservation};
use domain::shared::ReservationId;
use uuid::Uuid;

use super::rows::{PaymentRow, status_of};
use super::schema::{payments, reservations, seats, this_version, tickets};

type Written = Result<(), diesel::result::Error>;

/// Frees the seats that are still this reservation's; a lapsed hold may have been taken over.
pub async fn free_seats(connection: &mut AsyncPgConnection, reservation: &Reservation) -> Written {
    let ids: Vec<Uuid> = reservation.seats.iter().map(|seat| seat.id.0).collect();
    let ours = seats::seat_id.eq_any(ids).and(seats::reservation_id.eq(reservation.id.0));
    let ours = seats::table.filter(ours).select(seats::seat_id).load(connection).await?;
    free(connection, ours).await
}

/// Frees seats.
pub async fn free(connection: &mut AsyncPgConnection, ids: Vec<Uuid>) -> Written {
    diesel::update(seats::table.filter(seats::seat_id.eq_any(ids)))
        .set((
            seats::status.eq("available"),
            seats::reservation_id.eq(None::<Uuid>),
            seats::held_until.eq(None::<DateTime<Utc>>),
            seats::changed_in.eq(this_version()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes a reservation's state.
pub async fn reservation(connection: &mut AsyncPgConnection, reservation: &Reservation) -> Written {
    let (status, payment) = status_of(reservation.state);
    diesel::update(reservations::table.find(reservation.id.0))
        .set((reservations::status.eq(status), reservations::payment_id.eq(payment)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes a payment's state; its fence and lease stay.
pub async fn payment_state(connection: &mut AsyncPgConnection, payment: &Payment) -> Written {
    let row = PaymentRow::of(payment, payment.created_at);
    diesel::update(payments::table.find(row.payment_id))
        .set((
            payments::state.eq(row.state),
            payments::balance.eq(row.balance),
            payments::ended_at.eq(row.ended_at),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes the tickets of a cancelled reservation out.
pub async fn withdraw_tickets(connection: &mut AsyncPgConnection, reservation: ReservationId) -> Written {
    diesel::delete(tickets::table.filter(tickets::reservation_id.eq(reservation.0)))
        .execute(connection)
        .await?;
    Ok(())
}
