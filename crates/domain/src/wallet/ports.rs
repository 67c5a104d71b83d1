use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Charge, DebitAnswer, DebitRequest, RefundAnswer, VoidAnswer};
use crate::shared::{Amount, Balance, ChargeId, JournalEntryId, Money, Page, PageRequest, PaymentId, UserId};
use crate::wallet::Reason;

/// A fan who is about to get a wallet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewUser {
    pub id: UserId,
    pub name: String,
}

/// What a fan can spend.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wallet {
    pub user_id: UserId,
    pub name: String,
    pub balance: Balance,
}

/// One line of a statement, newest first in every listing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementLine {
    pub entry_id: JournalEntryId,
    pub reason: Reason,
    /// Positive: came in; negative: went out.
    pub amount: Money,
    pub balance_after: Balance,
    pub created_at: DateTime<Utc>,
}

/// A charge in its present state, and the store's clock beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charged {
    pub charge: Charge,
    pub now: DateTime<Utc>,
}

/// Why a charge could not be begun.
#[derive(Debug, thiserror::Error)]
pub enum ChargeRefused {
    #[error("there is no such user")]
    NoSuchUser,
    /// The id was used before for another user or amount.
    #[error("the charge id belongs to another charge")]
    OtherCharge,
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

/// The books. Every method is one transaction: wholly done or not at all.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Opens an empty wallet; a user who has one keeps it, and their name, as they are.
    async fn open(&self, user: NewUser) -> anyhow::Result<()>;

    async fn wallet(&self, user: UserId) -> anyhow::Result<Option<Wallet>>;

    /// Records a top-up before the provider is asked. The same id again answers with the charge as it stands.
    async fn begin_charge(
        &self,
        id: ChargeId,
        user: UserId,
        amount: Amount,
    ) -> Result<Charged, ChargeRefused>;

    /// Writes what the provider said. A charge that has ended stays as it is.
    async fn settle_charge(&self, id: ChargeId, answer: ProviderAnswer) -> anyhow::Result<Charged>;

    /// Pending charges that nobody has touched for `idle_seconds`, oldest first.
    async fn stalled_charges(&self, idle_seconds: u32, limit: usize) -> anyhow::Result<Vec<Charged>>;

    /// Takes the amount out of the wallet, once under the payment's id. A user without a wallet has nothing to take.
    async fn debit(&self, request: DebitRequest) -> anyhow::Result<DebitAnswer>;

    /// Makes sure that nothing will be taken under this payment's id.
    async fn void(&self, payment: PaymentId) -> anyhow::Result<VoidAnswer>;

    /// Gives back what was taken under this payment's id, once.
    async fn refund(&self, payment: PaymentId) -> anyhow::Result<RefundAnswer>;

    /// The user's journal, newest first.
    async fn statement(&self, user: UserId, page: PageRequest) -> anyhow::Result<Page<StatementLine>>;
}

/// What the outside payment provider says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProviderAnswer {
    /// It has the money (or had it already under this charge's id).
    Captured,
    /// It will not give it.
    Declined { reason: String },
    /// It will never take it under this charge's id.
    Cancelled,
}

/// An outside company that takes money for top-ups. An error means *unknown*, never *not taken*.
#[async_trait]
pub trait PaymentProvider: Send + Sync {
    /// Takes the money, once under the charge's id. Answers `Captured` or `Declined`.
    async fn capture(&self, charge: &Charge) -> anyhow::Result<ProviderAnswer>;

    /// Rules out that money is taken under the charge's id. Answers `Cancelled`, or `Captured` when it is too late.
    async fn cancel(&self, charge: &Charge) -> anyhow::Result<ProviderAnswer>;
}
