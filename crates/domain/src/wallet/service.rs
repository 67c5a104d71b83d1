//! The use cases of the wallet.

use std::sync::Arc;

use crate::shared::{Amount, ChargeId, Page, PageRequest, UserId};
use crate::wallet::{
    Charge, ChargeRefused, ChargeState, ChargeStep, Charged, Ledger, NewUser, PaymentProvider, StatementLine,
    Wallet,
};

/// Opening and reading wallets.
#[derive(Clone)]
pub struct Wallets {
    ledger: Arc<dyn Ledger>,
}

#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    #[error("there is no such user")]
    NoSuchUser,
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

impl Wallets {
    pub fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger }
    }

    /// Opens a wallet, empty; opening it again changes nothing.
    pub async fn open(&self, user: NewUser) -> Result<(), WalletError> {
        Ok(self.ledger.open(user).await?)
    }

    pub async fn wallet(&self, user: UserId) -> Result<Wallet, WalletError> {
        self.ledger.wallet(user).await?.ok_or(WalletError::NoSuchUser)
    }

    /// The user's journal, newest first.
    pub async fn statement(
        &self,
        user: UserId,
        page: PageRequest,
    ) -> Result<Page<StatementLine>, WalletError> {
        self.wallet(user).await?;
        Ok(self.ledger.statement(user, page).await?)
    }
}

/// Topping up: the provider takes the money, then the wallet is given it.
#[derive(Clone)]
pub struct Cashier {
    ledger: Arc<dyn Ledger>,
    provider: Arc<dyn PaymentProvider>,
}

#[derive(Debug, thiserror::Error)]
pub enum ChargeError {
    #[error("there is no such user")]
    NoSuchUser,
    #[error("the payment provider declined: {reason}")]
    Declined { reason: String },
    #[error("the top-up was given up after the payment provider did not answer; nothing was taken")]
    Cancelled,
    /// The provider has not answered. The charge goes on by itself: it will be captured or cancelled.
    #[error("the payment provider has not answered yet")]
    StillPending,
    #[error("the charge id belongs to another charge")]
    OtherCharge,
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

impl From<ChargeRefused> for ChargeError {
    fn from(refused: ChargeRefused) -> Self {
        match refused {
            ChargeRefused::NoSuchUser => Self::NoSuchUser,
            ChargeRefused::OtherCharge => Self::OtherCharge,
            ChargeRefused::Unexpected(error) => Self::Unexpected(error),
        }
    }
}

impl Cashier {
    /// How long a pending charge is left to the request that began it before recovery takes it up.
    /// Longer than the provider's deadline, so that the two seldom ask at once; if they do, both are no-ops but one.
    pub const STALLED_AFTER_SECONDS: u32 = 10;

    pub fn new(ledger: Arc<dyn Ledger>, provider: Arc<dyn PaymentProvider>) -> Self {
        Self { ledger, provider }
    }

    /// Tops up; the same id again gives the same answer and moves nothing.
    pub async fn charge(&self, id: ChargeId, user: UserId, amount: Amount) -> Result<Charge, ChargeError> {
        let begun = self.ledger.begin_charge(id, user, amount).await?;
        let charge = self.drive(begun).await?;
        match charge.state {
            ChargeState::Captured { .. } => Ok(charge),
            ChargeState::Declined { reason } => Err(ChargeError::Declined { reason }),
            ChargeState::Cancelled => Err(ChargeError::Cancelled),
            ChargeState::Pending => Err(ChargeError::StillPending),
        }
    }

    /// Takes up charges whose request died or whose provider did not answer. Returns how many have ended.
    pub async fn recover(&self, limit: usize) -> anyhow::Result<usize> {
        let (mut ended, mut failure) = (0, None);
        for stalled in self.ledger.stalled_charges(Self::STALLED_AFTER_SECONDS, limit).await? {
            let id = stalled.charge.id;
            match self.drive(stalled).await {
                Ok(charge) => ended += usize::from(charge.state != ChargeState::Pending),
                // The others go on: one that cannot end would hold them up for ever.
                Err(error) => failure = failure.or(Some(error.context(format!("ending charge {id}")))),
            }
        }
        failure.map_or(Ok(ended), Err)
    }

    /// One step towards the end; a provider that does not answer leaves the charge pending.
    async fn drive(&self, charged: Charged) -> anyhow::Result<Charge> {
        let Charged { charge, now } = charged;
        let answer = match charge.next_step(now) {
            ChargeStep::Nothing => return Ok(charge),
            ChargeStep::Capture => self.provider.capture(&charge).await,
            ChargeStep::Cancel => self.provider.cancel(&charge).await,
        };
        match answer {
            Ok(answer) => Ok(self.ledger.settle_charge(charge.id, answer).await?.charge),
            // Unknown is not an error of ours: recovery asks again under the same id.
            Err(_unknown) => Ok(charge),
        }
    }
}
