//! What reservation-service asks of wallet-service.

use domain::reservation::{Payment, WalletAnswer};
use domain::shared::{Amount, Balance, PaymentId, UserId};
use domain::wallet::{DebitAnswer, DebitRequest, RefundAnswer, VoidAnswer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::set_size;
use crate::Invalid;

/// `POST /internal/v1/debits`: what is to be taken at the same time, each on its own.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DebitsBody {
    /// 1 to 500.
    pub debits: Vec<DebitBody>,
}

/// One payment.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DebitBody {
    pub payment_id: Uuid,
    pub user_id: Uuid,
    /// Won.
    pub amount: i64,
}

impl DebitsBody {
    /// Of everything that is wrong, the first is named; then nothing of the set is done.
    pub fn requests(&self) -> Result<Vec<DebitRequest>, Invalid> {
        set_size("debits", self.debits.len())?;
        let requests = self.debits.iter().enumerate().map(|(nth, debit)| {
            let amount = Amount::new(debit.amount);
            let amount = amount.map_err(|error| Invalid::new(format!("debits[{nth}].amount"), error))?;
            let payment_id = PaymentId(debit.payment_id);
            Ok(DebitRequest { payment_id, user_id: UserId(debit.user_id), amount })
        });
        requests.collect()
    }
}

impl From<&Payment> for DebitBody {
    fn from(payment: &Payment) -> Self {
        let (payment_id, user_id) = (payment.id.0, payment.user_id.0);
        Self { payment_id, user_id, amount: payment.amount.as_won() }
    }
}

/// What became of a set of payments.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DebitOutcomesBody {
    /// Of a payment that is missing here it is unknown; it may be asked for again.
    pub outcomes: Vec<PaymentOutcomeBody>,
}

/// What became of one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentOutcomeBody {
    pub payment_id: Uuid,
    #[serde(flatten)]
    pub outcome: DebitOutcomeBody,
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
