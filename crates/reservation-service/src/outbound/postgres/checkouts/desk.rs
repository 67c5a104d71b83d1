//! What a set of steps is about, under its locks, and the decisions over it: each is made over what the ones before it
//! in the set have left.

use std::collections::{BTreeSet, HashMap};

use anyhow::Context;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{
    BeginPayment, Beginning, Begun, Conclusion, Event, EventBody, PayError, Payment, Reservation,
    ReservationState, SeatState, SeatsEffect, SettleError, Settled, Ticket, WalletAnswer, decide_begin,
};
use domain::shared::{EventId, IdGenerator, PaymentId, ReservationId, SeatId, TicketId};
use futures_util::future::try_join3;
use service_kit::postgres::{TransactionError, clock_timestamp, statement};
use uuid::Uuid;

use super::lease;
use super::steps::{Outcome, Step};
use super::write::Changes;
use crate::outbound::postgres::locks::{self, broken, reserved};
use crate::outbound::postgres::rows::{PaymentRow, ReservationRow, columns_of_seat};
use crate::outbound::postgres::schema::payments;

type Refused = TransactionError<anyhow::Error>;

pub struct Desk<'a> {
    ids: &'a dyn IdGenerator,
    now: DateTime<Utc>,
    reservations: HashMap<ReservationId, Reservation>,
    seats: HashMap<SeatId, SeatState>,
    payments: HashMap<PaymentId, Payment>,
    changes: Changes,
}

impl<'a> Desk<'a> {
    /// Locks reservations, their seats and their payments, each kind in the order of ids. A row that cannot be read
    /// fails the set, which is then halved until the step is alone that needs it.
    pub async fn lock(
        connection: &mut AsyncPgConnection,
        steps: &[Step],
        ids: &'a dyn IdGenerator,
    ) -> Result<Self, Refused> {
        let rows = locked_reservations(connection, steps).await?;
        let seat_ids: BTreeSet<Uuid> = rows.iter().flat_map(|row| row.seat_ids.iter().copied()).collect();
        let seat_ids: Vec<Uuid> = seat_ids.into_iter().collect();
        // Sent together and carried out in this order. The clock is read with all locks had: a hold that lapsed while we
        // waited for them has lapsed.
        let seats = locks::seats_by_id(connection, &seat_ids);
        let payments = locked_payments(connection, steps, &rows);
        let (seats, payments, now) = try_join3(seats, payments, clock(connection)).await?;
        let known = reserved(&seats);
        let reservations =
            rows.iter().map(|row| Ok((ReservationId(row.reservation_id), row.reservation(&known)?)));
        Ok(Self {
            ids,
            now,
            reservations: reservations.collect::<anyhow::Result<_>>().map_err(broken)?,
            seats: seats.into_iter().map(|seat| (seat.id, seat.state)).collect(),
            payments,
            changes: Changes::default(),
        })
    }

    pub fn take(&mut self, step: &Step) -> Outcome {
        match *step {
            Step::Begin(ref begin) => Outcome::Begun(self.begin(begin)),
            Step::Settle { payment, fence, answer } => Outcome::Settled(self.settle(payment, fence, answer)),
        }
    }

    /// What is to be written.
    pub fn changes(self) -> Changes {
        self.changes
    }

    fn begin(&mut self, begin: &BeginPayment) -> Result<Begun, PayError> {
        if let Some(known) = self.payments.get(&begin.payment_id) {
            return Ok(Begun::Underway(known.clone()));
        }
        let found = self.reservations.get(&begin.reservation_id);
        let found = found.filter(|found| found.user_id == begin.user_id).cloned();
        let mut reservation = found.ok_or(PayError::NoSuchReservation)?;
        match decide_begin(&reservation, self.has_its_seats(&reservation), begin, self.now)? {
            Beginning::Underway(payment) => Ok(Begun::Underway(self.payment(payment)?)),
            Beginning::Start(payment) => {
                reservation.state = ReservationState::Paying { payment_id: payment.id };
                self.set_seats(&reservation, SeatState::Held { by: reservation.id, until: None });
                self.changes.reservation(&reservation);
                self.reservations.insert(reservation.id, reservation);
                self.changes.begun(&payment, lease(self.now, begin.lease_seconds));
                self.payments.insert(payment.id, payment.clone());
                Ok(Begun::Started(payment))
            }
        }
    }

    fn settle(
        &mut self,
        payment: PaymentId,
        fence: i64,
        answer: WalletAnswer,
    ) -> Result<Settled, SettleError> {
        let before = self.payment(payment)?;
        if before.fence != fence {
            return Err(SettleError::FencedOff);
        }
        let reservation = self.reservations.get(&before.reservation_id).cloned();
        let reservation = reservation.context("a payment names a reservation that is not there")?;
        let ours = self.has_its_seats(&reservation);
        let settlement = before.clone().settle(answer, self.now);
        let Conclusion { payment, reservation, seats } = Conclusion::of(settlement, reservation, ours);
        if payment == before {
            // Late or repeated: there is nothing to write.
            return Ok(Settled { payment, event: None });
        }
        let event = self.dispose(&payment, &reservation, seats);
        self.changes.settled(&payment);
        self.changes.reservation(&reservation);
        self.payments.insert(payment.id, payment.clone());
        self.reservations.insert(reservation.id, reservation);
        Ok(Settled { payment, event })
    }

    /// Does with the seats what was decided; returns the event that it causes.
    fn dispose(&mut self, payment: &Payment, reservation: &Reservation, seats: SeatsEffect) -> Option<Event> {
        match seats {
            SeatsEffect::Keep => None,
            SeatsEffect::Free => {
                self.free_seats(reservation);
                None
            }
            SeatsEffect::HoldUntil(until) => {
                self.set_seats(reservation, SeatState::Held { by: reservation.id, until: Some(until) });
                None
            }
            SeatsEffect::Sell => {
                self.set_seats(reservation, SeatState::Sold { to: reservation.id });
                for seat in &reservation.seats {
                    let ticket =
                        Ticket { id: TicketId(self.ids.next()), seat_id: seat.id, number: seat.number };
                    self.changes.issued(reservation.id, ticket);
                }
                let finished = EventBody::PassFinished { pass_id: payment.pass_id };
                let event = Event { id: EventId(self.ids.next()), body: finished };
                self.changes.caused(event);
                Some(event)
            }
        }
    }

    fn payment(&self, id: PaymentId) -> anyhow::Result<Payment> {
        self.payments.get(&id).cloned().with_context(|| format!("there is no payment {id}"))
    }

    fn has_its_seats(&self, reservation: &Reservation) -> bool {
        reservation.seats.iter().all(|seat| {
            self.seats.get(&seat.id).is_some_and(|state| state.held_for(reservation.id, self.now))
        })
    }

    fn set_seats(&mut self, reservation: &Reservation, state: SeatState) {
        for seat in &reservation.seats {
            self.seats.insert(seat.id, state);
            self.changes.seat(seat.id, state);
        }
    }

    /// Those that are still this reservation's; a lapsed hold may have been taken over.
    fn free_seats(&mut self, reservation: &Reservation) {
        for seat in &reservation.seats {
            let (_, owner, _) =
                columns_of_seat(self.seats.get(&seat.id).copied().unwrap_or(SeatState::Available));
            if owner == Some(reservation.id.0) {
                self.seats.insert(seat.id, SeatState::Available);
                self.changes.seat(seat.id, SeatState::Available);
            }
        }
    }
}

async fn locked_reservations(
    connection: &mut AsyncPgConnection,
    steps: &[Step],
) -> Result<Vec<ReservationRow>, Refused> {
    let (mut begun, mut settled) = (Vec::new(), Vec::new());
    for step in steps {
        match *step {
            Step::Begin(ref begin) => begun.push(begin.reservation_id.0),
            Step::Settle { payment, .. } => settled.push(payment.0),
        }
    }
    // Which reservation a payment is of never changes, so it may be read beside the lock.
    let lock = statement(
        "SELECT reservation_id, schedule_id, user_id, pass_id, seat_ids, amount, status, payment_id, created_at, held_until \
         FROM reservations \
         WHERE reservation_id = ANY ($1 || ARRAY(SELECT reservation_id FROM payments WHERE payment_id = ANY ($2))) \
         ORDER BY reservation_id FOR UPDATE",
    );
    let rows = lock.bind::<Array<SqlUuid>, _>(begun).bind::<Array<SqlUuid>, _>(settled);
    Ok(rows.load(connection).await?)
}

async fn clock(mut connection: &AsyncPgConnection) -> Result<DateTime<Utc>, Refused> {
    Ok(diesel::select(clock_timestamp()).get_result(&mut connection).await?)
}

/// The payments that are named, and those that the reservations name.
async fn locked_payments(
    mut connection: &AsyncPgConnection,
    steps: &[Step],
    of: &[ReservationRow],
) -> Result<HashMap<PaymentId, Payment>, Refused> {
    let named = steps.iter().map(|step| match *step {
        Step::Begin(ref begin) => begin.payment_id.0,
        Step::Settle { payment, .. } => payment.0,
    });
    let ids: BTreeSet<Uuid> = named.chain(of.iter().filter_map(|row| row.payment_id)).collect();
    let rows = payments::table.filter(payments::payment_id.eq_any(ids)).order(payments::payment_id);
    let rows: Vec<PaymentRow> =
        rows.select(PaymentRow::as_select()).for_update().load(&mut connection).await?;
    let payments = rows.into_iter().map(|row| Ok((PaymentId(row.payment_id), row.payment()?)));
    payments.collect::<anyhow::Result<_>>().map_err(broken)
}
