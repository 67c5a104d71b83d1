use std::collections::HashMap;

use async_trait::async_trait;
use contracts::internal::wallet::{DebitBody, DebitOutcomeBody, DebitOutcomesBody, DebitsBody};
use domain::reservation::{Payment, Payments, WalletAnswer};

use crate::gate::{AsksForAll, Gate};
use crate::peer::{Peer, PeerError};

/// wallet-service, as the checkout sees it.
pub struct HttpPayments {
    wallet: Peer,
    debits: Gate<DebitBody, DebitOutcomeBody>,
}

impl HttpPayments {
    /// Starts what gathers the debits.
    pub fn new(wallet: Peer) -> Self {
        Self { debits: Gate::new("debits", wallet.clone(), Debits), wallet }
    }
}

#[async_trait]
impl Payments for HttpPayments {
    async fn debit(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        match self.debits.ask(DebitBody::from(payment)).await {
            Err(PeerError::NeverSent(_)) => Ok(WalletAnswer::NeverSent),
            answered => answer(answered),
        }
    }

    async fn void(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        answer(self.wallet.post(&format!("/internal/v1/debits/{}/void", payment.id)).await)
    }

    async fn refund(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        answer(self.wallet.post(&format!("/internal/v1/debits/{}/refund", payment.id)).await)
    }
}

struct Debits;

#[async_trait]
impl AsksForAll<DebitBody> for Debits {
    type Answer = DebitOutcomeBody;

    async fn ask(
        &self,
        wallet: &Peer,
        set: &[DebitBody],
    ) -> Result<Vec<Option<DebitOutcomeBody>>, PeerError> {
        let body = DebitsBody { debits: set.to_vec() };
        let DebitOutcomesBody { outcomes } = wallet.post_body("/internal/v1/debits", &body).await?;
        let outcomes: HashMap<_, _> = outcomes.into_iter().map(|one| (one.payment_id, one.outcome)).collect();
        Ok(set.iter().map(|debit| outcomes.get(&debit.payment_id).copied()).collect())
    }
}

fn answer(answered: Result<DebitOutcomeBody, PeerError>) -> anyhow::Result<WalletAnswer> {
    let outcome = answered.map_err(PeerError::marked)?;
    WalletAnswer::try_from(outcome)
        .map_err(|invalid| anyhow::anyhow!("{} {}", invalid.field, invalid.message))
}
