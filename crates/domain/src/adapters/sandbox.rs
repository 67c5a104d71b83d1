//! A payment provider for development: decides by the amount alone, so that every outcome can be had at will.

use anyhow::bail;
use async_trait::async_trait;

use crate::wallet::{Charge, PaymentProvider, ProviderAnswer};

/// Declines one amount, never answers for another, and takes every other.
#[derive(Debug, Clone, Copy, Default)]
pub struct SandboxProvider;

impl SandboxProvider {
    /// Won; a top-up of this amount is declined.
    pub const DECLINED: i64 = 13_000_013;
    /// Won; a top-up of this amount gets no answer.
    pub const UNANSWERED: i64 = 13_000_014;
}

#[async_trait]
impl PaymentProvider for SandboxProvider {
    async fn capture(&self, charge: &Charge) -> anyhow::Result<ProviderAnswer> {
        match charge.amount.as_won() {
            Self::DECLINED => Ok(ProviderAnswer::Declined { reason: "the card was declined".to_owned() }),
            Self::UNANSWERED => bail!("the payment provider did not answer in time"),
            _ => Ok(ProviderAnswer::Captured),
        }
    }

    async fn cancel(&self, charge: &Charge) -> anyhow::Result<ProviderAnswer> {
        match charge.amount.as_won() {
            Self::DECLINED | Self::UNANSWERED => Ok(ProviderAnswer::Cancelled),
            // It has answered `Captured` or would have: too late to cancel.
            _ => Ok(ProviderAnswer::Captured),
        }
    }
}
