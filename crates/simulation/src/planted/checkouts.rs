use async_trait::async_trait;
use chrono::TimeDelta;
use domain::adapters::memory::{LeasedPayment, MemoryBoxOffice};
use domain::reservation::{
    BeginPayment, Begun, Checkouts, EventBody, GiveUpError, GivenUp, PayError, Payment, PaymentState,
    Reservation, ReservationState, SeatState, Seen, SettleError, Settled, WalletAnswer,
};
use domain::shared::{PaymentId, ReservationId, UserId};

use super::surgery::{free_seats, set_seats};
use super::{Plant, Wrong};
use crate::executor::Process;
use crate::world::Store;

#[async_trait]
impl Checkouts for Wrong<MemoryBoxOffice> {
    async fn begin(&self, mut begin: BeginPayment) -> Result<Begun, PayError> {
        let id = begin.reservation_id;
        match self.plant {
            Plant::AnyoneMayPay => {
                begin.user_id = self.reservation(id).map_or(begin.user_id, |found| found.user_id);
            }
            Plant::BeginsTooLate | Plant::TwoPaymentsAtOnce | Plant::VoidedIdUsedAgain => {
                if let Some(begun) = self.begin_regardless(&begin) {
                    return Ok(begun);
                }
            }
            _ => {}
        }
        let begun = self.right.begin(begin).await?;
        if let (Plant::PayingSeatsLapse, Begun::Started(_), Some(found)) =
            (self.plant, &begun, self.reservation(id))
        {
            let lapsing = SeatState::Held { by: id, until: Some(found.held_until) };
            self.right.inspect(|stock| set_seats(stock, &found, lapsing));
        }
        Ok(begun)
    }

    async fn settle(
        &self,
        payment: PaymentId,
        mut fence: i64,
        answer: WalletAnswer,
    ) -> Result<Settled, SettleError> {
        if self.plant == Plant::SkipsTheFence {
            let present =
                self.right.inspect(|stock| stock.payments.get(&payment).map(|found| found.payment.fence));
            fence = present.unwrap_or(fence);
        }
        if self.plant == Plant::SellsLostSeats {
            self.take_the_seats(payment, answer);
        }
        let mut settled = self.right.settle(payment, fence, answer).await?;
        self.spoil(&mut settled);
        Ok(settled)
    }

    async fn take_stalled(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Seen<Payment>>> {
        let mut taken = self.right.take_stalled(lease_seconds, limit).await?;
        match self.plant {
            Plant::TakeOverKeepsTheFence => {
                for seen in &mut taken {
                    seen.value.fence -= 1;
                    let fence = seen.value.fence;
                    self.right.inspect(|stock| {
                        if let Some(leased) = stock.payments.get_mut(&seen.value.id) {
                            leased.payment.fence = fence;
                        }
                    });
                }
            }
            Plant::OnlyDebitsAreTakenOver => taken.retain(|seen| seen.value.state == PaymentState::Debiting),
            _ => {}
        }
        Ok(taken)
    }

    async fn give_up(
        &self,
        reservation: ReservationId,
        mut user: UserId,
        lease_seconds: u32,
    ) -> Result<GivenUp, GiveUpError> {
        let found = self.reservation(reservation);
        match (self.plant, found) {
            (Plant::AnyoneMayGiveUp, Some(found)) => user = found.user_id,
            (Plant::ReleasesWhilePaying, Some(found))
                if matches!(found.state, ReservationState::Paying { .. }) =>
            {
                self.right.inspect(|stock| {
                    free_seats(stock, &found);
                    let state = ReservationState::Released;
                    stock.reservations.insert(found.id, Reservation { state, ..found });
                });
                return Ok(GivenUp { refund: None, event: None });
            }
            _ => {}
        }
        let mut given_up = self.right.give_up(reservation, user, lease_seconds).await?;
        if let (Plant::CancelKeepsTheMoney, Some(mut payment)) = (self.plant, given_up.refund.take()) {
            let balance = domain::shared::Balance::ZERO;
            payment.state = PaymentState::Captured { at: self.world.executor.now().date(), balance };
            self.right.inspect(|stock| put_back(stock, payment));
        } else {
            // Taken out above only where it is the mistake.
            given_up.refund = self.refunding(reservation);
        }
        Ok(given_up)
    }
}

fn put_back(stock: &mut domain::adapters::memory::Stock, payment: Payment) {
    if let Some(leased) = stock.payments.get_mut(&payment.id) {
        leased.payment = payment;
    }
}

impl Wrong<MemoryBoxOffice> {
    fn reservation(&self, id: ReservationId) -> Option<Reservation> {
        self.right.inspect(|stock| stock.reservations.get(&id).cloned())
    }

    fn refunding(&self, id: ReservationId) -> Option<Payment> {
        self.right.inspect(|stock| {
            let payments = stock.payments.values().map(|leased| &leased.payment);
            let mut refunding = payments.filter(|payment| payment.state == PaymentState::Refunding);
            refunding.find(|payment| payment.reservation_id == id).cloned()
        })
    }

    /// Begins where the right store would say that it is too late, or that a payment is under way.
    fn begin_regardless(&self, begin: &BeginPayment) -> Option<Begun> {
        let now = self.world.executor.now().date();
        let found = self.reservation(begin.reservation_id).filter(|found| found.user_id == begin.user_id)?;
        let begins = match self.plant {
            Plant::BeginsTooLate => found.state == ReservationState::Held && found.held_until <= now,
            Plant::VoidedIdUsedAgain => {
                found.state_at(now) == ReservationState::Held && self.is_voided(begin.payment_id)
            }
            _ => {
                matches!(found.state, ReservationState::Paying { payment_id } if payment_id != begin.payment_id)
            }
        };
        let payment = Payment {
            id: begin.payment_id,
            reservation_id: found.id,
            user_id: found.user_id,
            pass_id: begin.pass_id,
            amount: found.amount,
            created_at: now,
            fence: Payment::FIRST_FENCE,
            state: PaymentState::Debiting,
        };
        begins.then(|| {
            self.right.inspect(|stock| {
                set_seats(stock, &found, SeatState::Held { by: found.id, until: None });
                let state = ReservationState::Paying { payment_id: payment.id };
                stock.reservations.insert(found.id, Reservation { state, ..found });
                let lease_until = now + TimeDelta::seconds(begin.lease_seconds.into());
                stock.payments.insert(payment.id, LeasedPayment { payment: payment.clone(), lease_until });
            });
            Begun::Started(payment)
        })
    }

    fn is_voided(&self, id: PaymentId) -> bool {
        let state = self.right.inspect(|stock| stock.payments.get(&id).map(|leased| leased.payment.state));
        state == Some(PaymentState::Voided)
    }

    /// Makes the seats ours, whoever has them.
    fn take_the_seats(&self, payment: PaymentId, answer: WalletAnswer) {
        let WalletAnswer::Taken { .. } = answer else { return };
        self.right.inspect(|stock| {
            let Some(of) = stock.payments.get(&payment).map(|leased| leased.payment.reservation_id) else {
                return;
            };
            let paying = stock
                .reservations
                .get(&of)
                .filter(|found| matches!(found.state, ReservationState::Paying { .. }));
            if let Some(found) = paying.cloned() {
                set_seats(stock, &found, SeatState::Held { by: of, until: None });
            }
        });
    }

    /// What was settled rightly is made wrong.
    fn spoil(&self, settled: &mut Settled) {
        let Some(found) = self.reservation(settled.payment.reservation_id) else { return };
        match (self.plant, settled.payment.state) {
            (Plant::DeclineForgetsSeats, PaymentState::Declined { .. } | PaymentState::Voided) => {
                self.right.inspect(|stock| free_seats(stock, &found));
            }
            (Plant::DeclineNeverLapses, PaymentState::Declined { .. } | PaymentState::Voided) => {
                let endless = SeatState::Held { by: found.id, until: None };
                self.right.inspect(|stock| set_seats(stock, &found, endless));
            }
            (Plant::LostSeatsKeepTheMoney, PaymentState::Refunding) => {
                settled.payment.state = PaymentState::Refunded { at: self.world.executor.now().date() };
                let payment = settled.payment.clone();
                self.right.inspect(|stock| put_back(stock, payment));
            }
            (Plant::NoTickets, PaymentState::Captured { .. }) => {
                self.right.inspect(|stock| stock.tickets.remove(&found.id));
            }
            (Plant::SaleTellsNobody | Plant::EventAfterCommit, PaymentState::Captured { .. }) => {
                self.withdraw_event(settled);
            }
            _ => {}
        }
    }

    fn withdraw_event(&self, settled: &mut Settled) {
        let finished = EventBody::PassFinished { pass_id: settled.payment.pass_id };
        let withdrawn = self.right.inspect(|stock| {
            let place = stock.outbox.iter().position(|waiting| waiting.event.body == finished)?;
            Some(stock.outbox.remove(place))
        });
        settled.event = None;
        if let (Plant::EventAfterCommit, Some(event)) = (self.plant, withdrawn) {
            let world = self.world.clone();
            self.world.executor.spawn(Process::Reservation, async move {
                world.stores.box_office.inspect(|stock| stock.outbox.push(event));
                world.touched(Store::BoxOffice);
            });
        }
    }
}
