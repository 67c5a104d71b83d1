use async_trait::async_trait;
use domain::reservation::{Payment, Payments, WalletAnswer};
use domain::wallet::{DebitAnswer, DebitRequest, RefundAnswer, VoidAnswer};

use super::{Peer, Unanswered};
use crate::faults::Step;
use crate::services::WalletApp;

const WALLET: &str = "wallet-service";

/// wallet-service, as the checkout sees it.
pub struct PaymentsPeer(pub Peer);

#[async_trait]
impl Payments for PaymentsPeer {
    async fn debit(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        let Payment { id: payment_id, user_id, amount, .. } = *payment;
        let request = DebitRequest { payment_id, user_id, amount };
        let debit =
            move |wallet: std::sync::Arc<WalletApp>| async move { wallet.ledger.debit(request).await };
        match self.0.ask(Step::AskDebit, debit).await {
            Ok(DebitAnswer::Captured { balance }) => Ok(WalletAnswer::Taken { balance }),
            Ok(DebitAnswer::Insufficient { balance, required: _ }) => {
                Ok(WalletAnswer::Insufficient { balance })
            }
            Ok(DebitAnswer::Voided) => Ok(WalletAnswer::Voided),
            Err(Unanswered::NeverSent) => Ok(WalletAnswer::NeverSent),
            Err(unknown @ Unanswered::Unknown) => Err(unknown.error(WALLET)),
        }
    }

    async fn void(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        let id = payment.id;
        let void = move |wallet: std::sync::Arc<WalletApp>| async move { wallet.ledger.void(id).await };
        match self.0.ask(Step::AskVoid, void).await {
            Ok(VoidAnswer::Voided) => Ok(WalletAnswer::Voided),
            Ok(VoidAnswer::AlreadyCaptured { balance }) => Ok(WalletAnswer::Taken { balance }),
            Err(unanswered) => Err(unanswered.error(WALLET)),
        }
    }

    async fn refund(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        let id = payment.id;
        let refund = move |wallet: std::sync::Arc<WalletApp>| async move { wallet.ledger.refund(id).await };
        match self.0.ask(Step::AskRefund, refund).await {
            // Nothing is out there that belongs to the fan, which is all that a refund is to bring about.
            Ok(RefundAnswer::Refunded { .. } | RefundAnswer::NothingCaptured) => Ok(WalletAnswer::Refunded),
            Err(unanswered) => Err(unanswered.error(WALLET)),
        }
    }
}
