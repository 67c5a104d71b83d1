//! What reservation-service asks of wallet-service.

use domain::reservation::{Payment, WalletAnswer};
use domain::shared::{Amount, Balance, PaymentId, UserId};
use domain::wallet::{DebitAnswer, DebitRequest, RefundAnswer, VoidAnswer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Invalid;

/// `PUT /internal/v1/debits/{paymentId}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DebitBody {
    pub user_id: Uuid,
    /// Won.
    pub amount: i64,
}

impl DebitBody {
    pub fn request(&self, payment_id: PaymentId) -> Result<DebitRequest, Invalid> {
        let amount = Amount::new(self.amount).map_err(|error| Invalid::new("amount", error))?;
        Ok(DebitRequest { payment_id, user_id: UserId(self.user_id), amount })
    }
}

impl From<&Payment> for DebitBody {
    fn from(payment: &Payment) -> Self {
        Self { user_id: payment.user_id.0, amount: payment.amount.as_won() }
    }
}

/// What became of a payment id: the answer to a debit, a void and a refund alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum DebitOutcomeBody {
    /// The money was taken.
    Captured { balance: i64 },
    /// The balance was too small.
    Insufficient { balance: i64 },
    /// Nothing was taken and nothing will be.
    Voided,
    /// Taken and given back.
    Refunded { balance: i64 },
    /// There is nothing to give back.
    NothingCaptured,
}

impl From<DebitAnswer> for DebitOutcomeBody {
    fn from(answer: DebitAnswer) -> Self {
        match answer {
            DebitAnswer::Captured { balance } => Self::Captured { balance: balance.as_won() },
            DebitAnswer::Insufficient { balance, required: _ } => {
                Self::Insufficient { balance: balance.as_won() }
            }
            DebitAnswer::Voided => Self::Voided,
        }
    }
}

impl From<VoidAnswer> for DebitOutcomeBody {
    fn from(answer: VoidAnswer) -> Self {
        match answer {
            VoidAnswer::Voided => Self::Voided,
            VoidAnswer::AlreadyCaptured { balance } => Self::Captured { balance: balance.as_won() },
        }
    }
}

impl From<RefundAnswer> for DebitOutcomeBody {
    fn from(answer: RefundAnswer) -> Self {
        match answer {
            RefundAnswer::Refunded { balance } => Self::Refunded { balance: balance.as_won() },
            RefundAnswer::NothingCaptured => Self::NothingCaptured,
        }
    }
}

impl TryFrom<DebitOutcomeBody> for WalletAnswer {
    type Error = Invalid;

    fn try_from(body: DebitOutcomeBody) -> Result<Self, Invalid> {
        let balance = |won| Balance::new(won).ok_or_else(|| Invalid::new("balance", "is negative"));
        Ok(match body {
            DebitOutcomeBody::Captured { balance: won } => Self::Taken { balance: balance(won)? },
            DebitOutcomeBody::Insufficient { balance: won } => Self::Insufficient { balance: balance(won)? },
            DebitOutcomeBody::Voided => Self::Voided,
            // Nothing is out there that belongs to the fan, which is all that a refund is to bring about.
            DebitOutcomeBody::Refunded { .. } | DebitOutcomeBody::NothingCaptured => Self::Refunded,
        })
    }
}
