//! Giving a reservation up: far fewer do than pay, so each does it in a transaction of its own.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{
    Event, EventBody, GiveUp, GiveUpError, GivenUp, Payment, PaymentState, Reservation, ReservationState,
    decide_give_up,
};
use domain::shared::{EventId, IdGenerator, PaymentId, ReservationId, UserId};
use service_kit::postgres::{TransactionError, now};

use super::lease;
use crate::outbound::postgres::schema::{payments, sales};
use crate::outbound::postgres::{PostgresBoxOffice, locks, outbox, writes};

pub async fn give_up(
    store: &PostgresBoxOffice,
    reservation: ReservationId,
    user: UserId,
    lease_seconds: u32,
) -> Result<GivenUp, GiveUpError> {
    let given_up = store.database.transaction(async |connection: &mut AsyncPgConnection| {
        let found = locks::reservation(connection, reservation, Some(user)).await?;
        let reservation = found.ok_or(TransactionError::Refused(GiveUpError::NoSuchReservation))?;
        let starts_at = sales::table.find(reservation.schedule_id.0).select(sales::starts_at);
        let starts_at: DateTime<Utc> = starts_at.first(connection).await?;
        let at = now(connection).await?;
        let decided = decide_give_up(&reservation, starts_at, at).map_err(TransactionError::Refused)?;
        match decided {
            GiveUp::Nothing => Ok(GivenUp { refund: None, event: None }),
            GiveUp::Release => {
                let event = end_hold(connection, store.ids.as_ref(), reservation, at).await?;
                Ok(GivenUp { refund: None, event })
            }
            GiveUp::Cancel { payment_id } => {
                let refund = undo_sale(connection, reservation, payment_id, lease(at, lease_seconds)).await?;
                Ok(GivenUp { refund, event: None })
            }
        }
    });
    given_up.await
}

/// Ends a hold now, under its locks, whoever wants it ended. The event, where its pass holds nothing else.
pub async fn end_hold(
    connection: &mut AsyncPgConnection,
    ids: &dyn IdGenerator,
    mut reservation: Reservation,
    at: DateTime<Utc>,
) -> QueryResult<Option<Event>> {
    writes::free_seats(connection, &reservation).await?;
    reservation.state = ReservationState::Released;
    writes::reservation(connection, &reservation).await?;
    let pass_id = reservation.pass_id;
    if locks::idle_passes(connection, &BTreeSet::from([pass_id.0]), at).await?.is_empty() {
        return Ok(None);
    }
    let event = Event { id: EventId(ids.next()), body: EventBody::SlotYielded { pass_id } };
    outbox::enqueue(connection, &[event]).await?;
    Ok(Some(event))
}

/// Frees the seats, withdraws the tickets, and sends the money on its way back.
async fn undo_sale(
    connection: &mut AsyncPgConnection,
    mut reservation: Reservation,
    payment_id: PaymentId,
    lease_until: DateTime<Utc>,
) -> Result<Option<Payment>, TransactionError<GiveUpError>> {
    writes::free_seats(connection, &reservation).await?;
    writes::withdraw_tickets(connection, reservation.id).await?;
    reservation.state = ReservationState::Cancelled { payment_id };
    writes::reservation(connection, &reservation).await?;
    // Nobody else writes a captured payment, and no one gets here twice: the reservation's lock is ours.
    let refunding = locks::payment(connection, payment_id).await?.refund_instead();
    writes::payment_state(connection, &refunding).await?;
    let lease = diesel::update(payments::table.find(payment_id.0)).set(payments::lease_until.eq(lease_until));
    lease.execute(connection).await?;
    Ok((refunding.state == PaymentState::Refunding).then_some(refunding))
}
