use async_trait::async_trait;
use contracts::internal::wallet::{DebitBody, DebitOutcomeBody};
use domain::reservation::{Payment, Payments, WalletAnswer};

use crate::peer::{Peer, PeerError};

/// wallet-service, as the checkout sees it.
pub struct HttpPayments {
    wallet: Peer,
}

impl HttpPayments {
    pub fn new(wallet: Peer) -> Self {
        Self { wallet }
    }
}

#[async_trait]
impl Payments for HttpPayments {
    async fn debit(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        let path = format!("/internal/v1/debits/{}", payment.id);
        match self.wallet.put(&path, &DebitBody::from(payment)).await {
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

fn answer(answered: Result<DebitOutcomeBody, PeerError>) -> anyhow::Result<WalletAnswer> {
    let outcome = answered.map_err(PeerError::marked)?;
    WalletAnswer::try_from(outcome)
        .map_err(|invalid| anyhow::anyhow!("{} {}", invalid.field, invalid.message))
}
