use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::{LeasedPayment, MemoryBoxOffice, Stock};
use crate::adapters::memory::lock;
use crate::reservation::{
    BeginPayment, Beginning, Begun, Checkouts, Conclusion, Event, EventBody, GiveUp, GiveUpError, GivenUp,
    PayError, Payment, PaymentState, Reservation, ReservationState, SeatState, SeatsEffect, Seen,
    SettleError, Settled, WalletAnswer, decide_begin, decide_give_up,
};
use crate::shared::{PaymentId, ReservationId, UserId};

fn lease(now: DateTime<Utc>, seconds: u32) -> DateTime<Utc> {
    now + TimeDelta::seconds(seconds.into())
}

impl Stock {
    fn payment(&self, id: PaymentId) -> anyhow::Result<Payment> {
        Ok(self.payments.get(&id).context("a reservation names a payment that is not there")?.payment.clone())
    }

    pub(super) fn reservation_of(&self, payment: &Payment) -> anyhow::Result<Reservation> {
        let reservation = self.reservations.get(&payment.reservation_id);
        Ok(reservation.context("a payment names a reservation that is not there")?.clone())
    }
}

impl MemoryBoxOffice {
    /// Writes a conclusion; returns the event it caused.
    fn write(&self, stock: &mut Stock, conclusion: &Conclusion) -> Option<Event> {
        let Conclusion { payment, reservation, seats } = conclusion;
        stock.reservations.insert(reservation.id, reservation.clone());
        if let Some(leased) = stock.payments.get_mut(&payment.id) {
            leased.payment = payment.clone();
        }
        match *seats {
            SeatsEffect::Keep => None,
            SeatsEffect::Free => {
                stock.free_seats(reservation);
                None
            }
            SeatsEffect::HoldUntil(until) => {
                stock.set_seats(reservation, SeatState::Held { by: reservation.id, until: Some(until) });
                None
            }
            SeatsEffect::Sell => {
                stock.set_seats(reservation, SeatState::Sold { to: reservation.id });
                stock.tickets.insert(reservation.id, self.tickets_for(reservation));
                Some(stock.enqueue(self.event(EventBody::PassFinished { pass_id: payment.pass_id })))
            }
        }
    }
}

#[async_trait]
impl Checkouts for MemoryBoxOffice {
    async fn begin(&self, begin: BeginPayment) -> Result<Begun, PayError> {
        let now = self.clock.now();
        let mut stock = lock(&self.stock);
        if let Some(known) = stock.payments.get(&begin.payment_id) {
            return Ok(Begun::Underway(known.payment.clone()));
        }
        let reservation =
            stock.reservations.get(&begin.reservation_id).filter(|found| found.user_id == begin.user_id);
        let mut reservation = reservation.cloned().ok_or(PayError::NoSuchReservation)?;
        let ours = stock.seats_are_held(&reservation, now);
        match decide_begin(&reservation, ours, &begin, now)? {
            Beginning::Underway(payment) => Ok(Begun::Underway(stock.payment(payment)?)),
            Beginning::Start(payment) => {
                reservation.state = ReservationState::Paying { payment_id: payment.id };
                stock.set_seats(&reservation, SeatState::Held { by: reservation.id, until: None });
                stock.reservations.insert(reservation.id, reservation);
                let leased =
                    LeasedPayment { payment: payment.clone(), lease_until: lease(now, begin.lease_seconds) };
                stock.payments.insert(payment.id, leased);
                Ok(Begun::Started(payment))
            }
        }
    }

    async fn settle(
        &self,
        payment: PaymentId,
        fence: i64,
        answer: WalletAnswer,
    ) -> Result<Settled, SettleError> {
        let now = self.clock.now();
        let mut stock = lock(&self.stock);
        let payment = stock.payment(payment)?;
        if payment.fence != fence {
            return Err(SettleError::FencedOff);
        }
        let reservation = stock.reservation_of(&payment)?;
        let ours = stock.seats_are_held(&reservation, now);
        let conclusion = Conclusion::of(payment.settle(answer, now), reservation, ours);
        let event = self.write(&mut stock, &conclusion);
        Ok(Settled { payment: conclusion.payment, event })
    }

    async fn take_stalled(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Seen<Payment>>> {
        let now = self.clock.now();
        let mut stock = lock(&self.stock);
        let stalled = stock.payments.values_mut();
        let mut stalled: Vec<_> =
            stalled.filter(|leased| !leased.payment.state.rests() && leased.lease_until <= now).collect();
        stalled.sort_by_key(|leased| (leased.payment.created_at, leased.payment.id));
        stalled.truncate(limit);
        let taken = stalled.into_iter().map(|leased| {
            leased.payment.fence += 1;
            leased.lease_until = lease(now, lease_seconds);
            Seen { value: leased.payment.clone(), now }
        });
        Ok(taken.collect())
    }

    async fn give_up(
        &self,
        reservation: ReservationId,
        user: UserId,
        lease_seconds: u32,
    ) -> Result<GivenUp, GiveUpError> {
        let now = self.clock.now();
        let mut stock = lock(&self.stock);
        let found = stock.reservations.get(&reservation).filter(|found| found.user_id == user).cloned();
        let mut reservation = found.ok_or(GiveUpError::NoSuchReservation)?;
        let terms =
            stock.sales.get(&reservation.schedule_id).context("a reservation of a performance not on sale");
        match decide_give_up(&reservation, terms?.starts_at, now)? {
            GiveUp::Nothing => Ok(GivenUp { refund: None, event: None }),
            GiveUp::Release => {
                Ok(GivenUp { refund: None, event: self.end_hold(&mut stock, reservation, now) })
            }
            GiveUp::Cancel { payment_id } => {
                stock.free_seats(&reservation);
                stock.tickets.remove(&reservation.id);
                reservation.state = ReservationState::Cancelled { payment_id };
                stock.reservations.insert(reservation.id, reservation);
                let refunding = stock.payment(payment_id)?.refund_instead();
                let refund = (refunding.state == PaymentState::Refunding).then(|| refunding.clone());
                let leased = LeasedPayment { payment: refunding, lease_until: lease(now, lease_seconds) };
                stock.payments.insert(payment_id, leased);
                Ok(GivenUp { refund, event: None })
            }
        }
    }
}
