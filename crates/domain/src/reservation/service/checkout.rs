use std::sync::Arc;

use anyhow::Context;

use super::Courier;
use super::at_once::at_once;
use crate::reservation::{
    BeginPayment, Begun, Checkouts, Event, GiveUpError, PayError, Payment, PaymentState, Payments, SagaStep,
    Seen, SettleError, WalletAnswer,
};
use crate::shared::{Amount, Balance, EntryId, IdGenerator, PaymentId, ReservationId, UserId};

/// Drives the checkout saga: asks the wallet, writes the answer, tells the queue.
#[derive(Clone)]
pub struct Checkout {
    checkouts: Arc<dyn Checkouts>,
    payments: Arc<dyn Payments>,
    courier: Courier,
    ids: Arc<dyn IdGenerator>,
}

/// What paying came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Paid {
    Captured {
        payment: Payment,
        balance: Balance,
    },
    /// The wallet has not answered; the payment goes on by itself and always ends.
    Processing(Payment),
}

#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    #[error("there is no such reservation")]
    NoSuchReservation,
    #[error("the reservation is no longer held")]
    NotHeld { status: &'static str },
    #[error("the balance of {balance:?} is less than the {required} needed")]
    InsufficientBalance { balance: Balance, required: Amount },
    /// Nothing was asked and nothing was taken; the hold stands.
    #[error("the wallet is out of reach")]
    WalletOutOfReach,
    /// This payment was given back; the reservation it was for is cancelled.
    #[error("this payment was refunded")]
    Refunded,
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

impl From<PayError> for CheckoutError {
    fn from(error: PayError) -> Self {
        match error {
            PayError::NoSuchReservation => Self::NoSuchReservation,
            PayError::NotHeld { status } => Self::NotHeld { status },
            PayError::Unexpected(error) => Self::Unexpected(error),
        }
    }
}

impl Checkout {
    /// Longer than one call to the wallet with all its retries, so that nobody takes over a live driver's payment.
    const LEASE_SECONDS: u32 = 8;

    /// Stalled payments that are driven at the same time. No more are taken over than are driven at once: the lease of
    /// one that had to wait for the others' wallet calls would lapse before its own.
    const RESUMED_AT_ONCE: usize = 64;

    pub fn new(
        checkouts: Arc<dyn Checkouts>,
        payments: Arc<dyn Payments>,
        courier: Courier,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { checkouts, payments, courier, ids }
    }

    /// Pays a held reservation. Paying it twice, at once or later, answers with the one payment there is.
    pub async fn pay(
        &self,
        payment_id: PaymentId,
        reservation_id: ReservationId,
        user_id: UserId,
        pass_id: EntryId,
    ) -> Result<Paid, CheckoutError> {
        let lease_seconds = Self::LEASE_SECONDS;
        let begin = BeginPayment { payment_id, reservation_id, user_id, pass_id, lease_seconds };
        let begun = match self.checkouts.begin(begin).await? {
            // The caller's last attempt under this id took nothing, and the wallet will never take anything under
            // it: they are here to try again.
            Begun::Underway(payment) if payment.id == payment_id && payment.state == PaymentState::Voided => {
                self.checkouts.begin(BeginPayment { payment_id: PaymentId(self.ids.next()), ..begin }).await?
            }
            begun @ (Begun::Started(_) | Begun::Underway(_)) => begun,
        };
        let payment = match begun {
            Begun::Started(payment) => self.drive(payment).await?,
            Begun::Underway(payment) => payment,
        };
        match payment.state {
            PaymentState::Captured { balance, .. } => Ok(Paid::Captured { payment, balance }),
            PaymentState::Debiting | PaymentState::Voiding => Ok(Paid::Processing(payment)),
            PaymentState::Declined { balance } => {
                Err(CheckoutError::InsufficientBalance { balance, required: payment.amount })
            }
            PaymentState::Voided => Err(CheckoutError::WalletOutOfReach),
            PaymentState::Refunding | PaymentState::Refunded { .. } => Err(CheckoutError::Refunded),
        }
    }

    /// Gives a reservation up: a held one is released at once, a confirmed one cancelled and refunded.
    pub async fn give_up(&self, reservation: ReservationId, user: UserId) -> Result<(), GiveUpError> {
        let given_up = self.checkouts.give_up(reservation, user, Self::LEASE_SECONDS).await?;
        self.tell(given_up.event).await;
        if let Some(payment) = given_up.refund {
            // It is cancelled whatever comes now: a refund that is not through yet is recovery's.
            self.drive(payment).await?;
        }
        Ok(())
    }

    /// Takes up payments whose driver died or whose wallet did not answer; returns how many came to rest.
    pub async fn recover(&self, limit: usize) -> anyhow::Result<usize> {
        let (mut rested, mut failure, mut left) = (0, None, limit);
        while left > 0 {
            let asked = left.min(Self::RESUMED_AT_ONCE);
            let stalled = self.checkouts.take_stalled(Self::LEASE_SECONDS, asked).await?;
            left = if stalled.len() < asked { 0 } else { left - asked };
            for resumed in at_once(stalled.into_iter().map(|stalled| self.resume(stalled))).await {
                match resumed {
                    Ok(payment) => rested += usize::from(payment.state.rests()),
                    // The others go on: one that cannot end would hold them up for ever.
                    Err(error) => failure = failure.or(Some(error)),
                }
            }
        }
        failure.map_or(Ok(rested), Err)
    }

    async fn resume(&self, stalled: Seen<Payment>) -> anyhow::Result<Payment> {
        let id = stalled.value.id;
        self.take_up(stalled).await.with_context(|| format!("resuming payment {id}"))
    }

    async fn take_up(&self, stalled: Seen<Payment>) -> anyhow::Result<Payment> {
        let Seen { value: payment, now } = stalled;
        if payment.should_give_up(now) {
            let voiding = self.write(payment, WalletAnswer::GivenUp).await?;
            return self.drive(voiding).await;
        }
        self.drive(payment).await
    }

    /// Steps on until the saga rests or the wallet does not answer.
    async fn drive(&self, mut payment: Payment) -> anyhow::Result<Payment> {
        loop {
            let asked = match payment.state.step() {
                SagaStep::Rest => return Ok(payment),
                SagaStep::Debit => self.payments.debit(&payment).await,
                SagaStep::Void => self.payments.void(&payment).await,
                SagaStep::Refund => self.payments.refund(&payment).await,
            };
            let before = payment.state;
            payment = match asked {
                // An earlier driver may have reached the wallet even if this one did not.
                Ok(WalletAnswer::NeverSent) if payment.fence > Payment::FIRST_FENCE => return Ok(payment),
                Ok(answer) => self.write(payment, answer).await?,
                // Unknown: the lease lapses, recovery asks again under the same id.
                Err(_unknown) => return Ok(payment),
            };
            if payment.state == before {
                return Ok(payment);
            }
        }
    }

    /// Writes an answer; a driver that was fenced off keeps what it last knew and stops.
    async fn write(&self, payment: Payment, answer: WalletAnswer) -> anyhow::Result<Payment> {
        match self.checkouts.settle(payment.id, payment.fence, answer).await {
            Ok(settled) => {
                self.tell(settled.event).await;
                Ok(settled.payment)
            }
            Err(SettleError::FencedOff) => Ok(payment),
            Err(SettleError::Unexpected(error)) => Err(error),
        }
    }

    /// Tells the queue at once, so that the slot is free when the fan has the answer. Where the queue is out of
    /// reach the sale stands, and the outbox delivers later.
    async fn tell(&self, event: Option<Event>) {
        if let Some(event) = event {
            self.courier.deliver(event).await.ok();
        }
    }
}
