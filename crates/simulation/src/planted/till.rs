use std::sync::Arc;

use domain::shared::{Amount, ChargeId, IdGenerator, UserId};
use domain::wallet::{
    Cashier, Charge, ChargeError, ChargeState, ChargeStep, Charged, Ledger, PaymentProvider, ProviderAnswer,
};

use super::Plant;
use crate::world::World;

/// Who takes top-ups: the cashier, or a wrong copy of theirs.
pub enum Till {
    Real(Cashier),
    Wrong(WrongCashier),
}

pub struct WrongCashier {
    ledger: Arc<dyn Ledger>,
    provider: Arc<dyn PaymentProvider>,
    world: Arc<World>,
    plant: Plant,
}

impl Till {
    pub fn new(world: &Arc<World>, ledger: Arc<dyn Ledger>, provider: Arc<dyn PaymentProvider>) -> Self {
        match world.plant {
            Some(
                plant @ (Plant::TopUpUnknownMeansFailed
                | Plant::TopUpUnderFreshId
                | Plant::TopUpsAreNotRecovered),
            ) => Self::Wrong(WrongCashier { ledger, provider, world: Arc::clone(world), plant }),
            Some(_) | None => Self::Real(Cashier::new(ledger, provider)),
        }
    }

    pub async fn charge(&self, id: ChargeId, user: UserId, amount: Amount) -> Result<Charge, ChargeError> {
        match self {
            Self::Real(cashier) => cashier.charge(id, user, amount).await,
            Self::Wrong(cashier) => cashier.charge(id, user, amount).await,
        }
    }

    pub async fn recover(&self, limit: usize) -> anyhow::Result<usize> {
        match self {
            Self::Real(cashier) => cashier.recover(limit).await,
            Self::Wrong(cashier) => cashier.recover(limit).await,
        }
    }
}

impl WrongCashier {
    async fn charge(&self, id: ChargeId, user: UserId, amount: Amount) -> Result<Charge, ChargeError> {
        let begun = self.ledger.begin_charge(id, user, amount).await?;
        let charge = self.drive(begun).await?;
        match charge.state {
            ChargeState::Captured { .. } => Ok(charge),
            ChargeState::Declined { reason } => Err(ChargeError::Declined { reason }),
            ChargeState::Cancelled => Err(ChargeError::Cancelled),
            ChargeState::Pending => Err(ChargeError::StillPending),
        }
    }

    async fn recover(&self, limit: usize) -> anyhow::Result<usize> {
        if self.plant == Plant::TopUpsAreNotRecovered {
            return Ok(0);
        }
        for stalled in self.ledger.stalled_charges(Cashier::STALLED_AFTER_SECONDS, limit).await? {
            self.drive(stalled).await?;
        }
        Ok(0)
    }

    async fn drive(&self, charged: Charged) -> anyhow::Result<Charge> {
        let Charged { charge, now } = charged;
        let mut asked = charge.clone();
        if self.plant == Plant::TopUpUnderFreshId {
            asked.id = ChargeId(self.world.ids.next());
        }
        let answer = match charge.next_step(now) {
            ChargeStep::Nothing => return Ok(charge),
            ChargeStep::Capture => self.provider.capture(&asked).await,
            ChargeStep::Cancel => self.provider.cancel(&asked).await,
        };
        match answer {
            Ok(answer) => Ok(self.ledger.settle_charge(charge.id, answer).await?.charge),
            Err(_) if self.plant == Plant::TopUpUnknownMeansFailed => {
                Ok(self.ledger.settle_charge(charge.id, ProviderAnswer::Cancelled).await?.charge)
            }
            Err(_) => Ok(charge),
        }
    }
}
