//! Writing what was decided under the locks.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{Event, EventBody, Payment, Reservation, SeatState};
use domain::shared::{EntryId, EventId, ReservationId};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::locks;
use super::rows::{PaymentRow, status_of};
use super::schema::{outbox, payments, reservations, seats, this_version, tickets};

type Written = Result<(), diesel::result::Error>;

/// Puts seats into a state.
pub async fn seats(connection: &mut AsyncPgConnection, ids: &[Uuid], state: SeatState) -> Written {
    let (status, reservation, until) = match state {
        SeatState::Available => ("available", None, None),
        SeatState::Held { by, until } => ("held", Some(by.0), until),
        SeatState::Sold { to } => ("sold", Some(to.0), None),
        SeatState::Blocked => ("blocked", None, None),
    };
    diesel::update(seats::table.filter(seats::seat_id.eq_any(ids)))
        .set((
            seats::status.eq(status),
            seats::reservation_id.eq(reservation),
            seats::held_until.eq(until),
            seats::changed_in.eq(this_version()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Frees the seats that are still this reservation's; a lapsed hold may have been taken over.
pub async fn free_seats(connection: &mut AsyncPgConnection, reservation: &Reservation) -> Written {
    let ids: Vec<Uuid> = reservation.seats.iter().map(|seat| seat.id.0).collect();
    let ours = seats::seat_id.eq_any(ids).and(seats::reservation_id.eq(reservation.id.0));
    diesel::update(seats::table.filter(ours))
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

/// Whether nothing is held or being paid for under this pass any more. Of several that end at once, the last finds
/// it idle.
pub async fn pass_is_idle(
    connection: &mut AsyncPgConnection,
    pass: EntryId,
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    locks::one_after_the_other(connection, &[pass.0]).await?;
    let live = reservations::status
        .eq_any(["paying", "confirmed"])
        .or(reservations::status.eq("held").and(reservations::held_until.gt(at)));
    let others = reservations::table.filter(reservations::pass_id.eq(pass.0).and(live));
    let found: bool = diesel::select(diesel::dsl::exists(others)).get_result(connection).await?;
    Ok(!found)
}

impl PostgresBoxOffice {
    /// Puts an event on its way, in the transaction that causes it.
    pub(super) async fn enqueue(
        &self,
        connection: &mut AsyncPgConnection,
        body: EventBody,
    ) -> QueryResult<Event> {
        let event = Event { id: EventId(self.ids.next()), body };
        let row = (
            outbox::event_id.eq(event.id.0),
            outbox::kind.eq(body.kind()),
            outbox::pass_id.eq(body.pass_id().0),
        );
        diesel::insert_into(outbox::table).values(row).execute(connection).await?;
        Ok(event)
    }

    /// A ticket for each seat.
    pub(super) async fn issue_tickets(
        &self,
        connection: &mut AsyncPgConnection,
        reservation: &Reservation,
    ) -> Written {
        let rows = reservation.seats.iter().map(|seat| {
            (
                tickets::ticket_id.eq(self.ids.next()),
                tickets::reservation_id.eq(reservation.id.0),
                tickets::seat_id.eq(seat.id.0),
                // A seat number is far below 2^31.
                tickets::number.eq(i32::try_from(seat.number).unwrap_or(i32::MAX)),
            )
        });
        let rows: Vec<_> = rows.collect();
        diesel::insert_into(tickets::table).values(rows).execute(connection).await?;
        Ok(())
    }
}

pub async fn withdraw_tickets(connection: &mut AsyncPgConnection, reservation: ReservationId) -> Written {
    diesel::delete(tickets::table.filter(tickets::reservation_id.eq(reservation.0)))
        .execute(connection)
        .await?;
    Ok(())
}
