use std::sync::Arc;

use domain::reservation::{
    BeginPayment, Begun, Checkout, CheckoutError, Checkouts, Courier, GiveUpError, Paid, Payment,
    PaymentState, Payments, SagaStep, Seen, SettleError, WalletAnswer,
};
use domain::shared::{Balance, EntryId, IdGenerator, PaymentId, ReservationId, UserId};

use super::Plant;
use crate::world::World;

/// Who drives the checkout saga: the checkout, or a wrong copy of it.
pub enum Driver {
    Real(Checkout),
    Wrong(WrongCheckout),
}

/// A copy of the loop that drives, with one mistake.
pub struct WrongCheckout {
    checkouts: Arc<dyn Checkouts>,
    payments: Arc<dyn Payments>,
    courier: Courier,
    plant: Plant,
}

const LEASE_SECONDS: u32 = 8;

impl Driver {
    pub fn new(
        world: &Arc<World>,
        checkouts: Arc<dyn Checkouts>,
        payments: Arc<dyn Payments>,
        courier: Courier,
    ) -> Self {
        let ids: Arc<dyn IdGenerator> = world.ids.clone();
        match world.plant {
            Some(
                plant @ (Plant::UnknownMeansFailed
                | Plant::UnknownMeansTaken
                | Plant::NeverSentAfterTakeOver
                | Plant::ReleasesBeforeVoid
                | Plant::GivesUpWithoutVoid
                | Plant::RefundTakenForGranted
                | Plant::RecoveryStopsAtFailure
                | Plant::NobodyRecovers),
            ) => Self::Wrong(WrongCheckout { checkouts, payments, courier, plant }),
            Some(_) | None => Self::Real(Checkout::new(checkouts, payments, courier, ids)),
        }
    }

    pub async fn pay(
        &self,
        payment: PaymentId,
        reservation: ReservationId,
        user: UserId,
        pass: EntryId,
    ) -> Result<Paid, CheckoutError> {
        match self {
            Self::Real(checkout) => checkout.pay(payment, reservation, user, pass).await,
            Self::Wrong(checkout) => checkout.pay(payment, reservation, user, pass).await,
        }
    }

    pub async fn give_up(&self, reservation: ReservationId, user: UserId) -> Result<(), GiveUpError> {
        match self {
            Self::Real(checkout) => checkout.give_up(reservation, user).await,
            Self::Wrong(checkout) => checkout.give_up(reservation, user).await,
        }
    }

    pub async fn recover(&self, limit: usize) -> anyhow::Result<usize> {
        match self {
            Self::Real(checkout) => checkout.recover(limit).await,
            Self::Wrong(checkout) => checkout.recover(limit).await,
        }
    }
}

impl WrongCheckout {
    async fn pay(
        &self,
        payment_id: PaymentId,
        reservation_id: ReservationId,
        user_id: UserId,
        pass_id: EntryId,
    ) -> Result<Paid, CheckoutError> {
        let lease_seconds = LEASE_SECONDS;
        let begin = BeginPayment { payment_id, reservation_id, user_id, pass_id, lease_seconds };
        let payment = match self.checkouts.begin(begin).await? {
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

    async fn give_up(&self, reservation: ReservationId, user: UserId) -> Result<(), GiveUpError> {
        let given_up = self.checkouts.give_up(reservation, user, LEASE_SECONDS).await?;
        if let Some(event) = given_up.event {
            self.courier.deliver(event).await.ok();
        }
        if let Some(payment) = given_up.refund {
            self.drive(payment).await?;
        }
        Ok(())
    }

    async fn recover(&self, limit: usize) -> anyhow::Result<usize> {
        if self.plant == Plant::NobodyRecovers {
            return Ok(0);
        }
        for stalled in self.checkouts.take_stalled(LEASE_SECONDS, limit).await? {
            let resumed = self.resume(stalled).await;
            if self.plant == Plant::RecoveryStopsAtFailure {
                resumed?;
            }
        }
        Ok(0)
    }

    async fn resume(&self, stalled: Seen<Payment>) -> anyhow::Result<Payment> {
        let Seen { value: payment, now } = stalled;
        if !payment.should_give_up(now) {
            return self.drive(payment).await;
        }
        let voiding = self.write(payment, WalletAnswer::GivenUp).await?;
        match self.plant {
            Plant::GivesUpWithoutVoid => self.write(voiding, WalletAnswer::Voided).await,
            Plant::ReleasesBeforeVoid => {
                let released = self.write(voiding, WalletAnswer::Voided).await?;
                self.payments.void(&released).await.ok();
                Ok(released)
            }
            _ => self.drive(voiding).await,
        }
    }

    async fn drive(&self, mut payment: Payment) -> anyhow::Result<Payment> {
        loop {
            let step = payment.state.step();
            let asked = match step {
                SagaStep::Rest => return Ok(payment),
                SagaStep::Debit => self.payments.debit(&payment).await,
                SagaStep::Void => self.payments.void(&payment).await,
                SagaStep::Refund => self.payments.refund(&payment).await,
            };
            let before = payment.state;
            let later = payment.fence > Payment::FIRST_FENCE;
            payment = match (asked, step, self.plant) {
                (Ok(WalletAnswer::NeverSent), _, plant)
                    if later && plant != Plant::NeverSentAfterTakeOver =>
                {
                    return Ok(payment);
                }
                (Ok(answer), _, _) => self.write(payment, answer).await?,
                (Err(_), SagaStep::Debit, Plant::UnknownMeansFailed) => {
                    self.write(payment, WalletAnswer::NeverSent).await?
                }
                (Err(_), SagaStep::Debit, Plant::UnknownMeansTaken) => {
                    self.write(payment, WalletAnswer::Taken { balance: Balance::ZERO }).await?
                }
                (Err(_), SagaStep::Refund, Plant::RefundTakenForGranted) => {
                    self.write(payment, WalletAnswer::Refunded).await?
                }
                (Err(_), _, _) => return Ok(payment),
            };
            if payment.state == before {
                return Ok(payment);
            }
        }
    }

    async fn write(&self, payment: Payment, answer: WalletAnswer) -> anyhow::Result<Payment> {
        match self.checkouts.settle(payment.id, payment.fence, answer).await {
            Ok(settled) => {
                if let Some(event) = settled.event {
                    self.courier.deliver(event).await.ok();
                }
                Ok(settled.payment)
            }
            Err(SettleError::FencedOff) => Ok(payment),
            Err(SettleError::Unexpected(error)) => Err(error),
        }
    }
}
