//! Users and wallets.

use chrono::{DateTime, Utc};
use domain::shared::{Amount, ChargeId, Money, Page, UserId};
use domain::wallet::{Charge, ChargeState, Reason, StatementLine, Wallet};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Invalid;

/// `POST /v1/users`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewUserBody {
    /// 1 to 100 characters.
    pub name: String,
}

impl NewUserBody {
    const MAX_CHARACTERS: usize = 100;

    /// The name, without the blanks around it.
    pub fn name(&self) -> Result<String, Invalid> {
        let name = self.name.trim();
        if name.is_empty()
            || name.chars().count() > Self::MAX_CHARACTERS
            || name.chars().any(char::is_control)
        {
            return Err(Invalid::new(
                "name",
                "must have 1 to 100 characters, none of them a control character",
            ));
        }
        Ok(name.to_owned())
    }
}

/// A user and the token that proves it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserBody {
    pub user_id: Uuid,
    pub name: String,
    pub access_token: String,
    pub expires_at: DateTime<Utc>,
}

/// What a user can spend.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WalletBody {
    pub user_id: Uuid,
    pub name: String,
    /// Won.
    pub balance: i64,
    #[schema(example = "KRW")]
    pub currency: String,
}

impl From<Wallet> for WalletBody {
    fn from(wallet: Wallet) -> Self {
        let Wallet { user_id: UserId(user_id), name, balance } = wallet;
        Self { user_id, name, balance: balance.as_won(), currency: "KRW".to_owned() }
    }
}

/// `POST /v1/wallets/{userId}/charges`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewChargeBody {
    /// Won, at least 1.
    pub amount: i64,
}

impl TryFrom<&NewChargeBody> for Amount {
    type Error = Invalid;

    fn try_from(body: &NewChargeBody) -> Result<Self, Invalid> {
        Self::new(body.amount).map_err(|error| Invalid::new("amount", error))
    }
}

/// A top-up that went through.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChargeBody {
    pub charge_id: Uuid,
    /// Won.
    pub amount: i64,
    /// Won, after this top-up.
    pub balance: i64,
    pub created_at: DateTime<Utc>,
}

impl ChargeBody {
    /// `None` unless the charge went through.
    pub fn of(charge: &Charge) -> Option<Self> {
        let ChargeId(charge_id) = charge.id;
        match charge.state {
            ChargeState::Captured { balance_after } => Some(Self {
                charge_id,
                amount: charge.amount.as_won(),
                balance: balance_after.as_won(),
                created_at: charge.created_at,
            }),
            ChargeState::Pending | ChargeState::Declined { .. } | ChargeState::Cancelled => None,
        }
    }
}

/// One movement of a wallet.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WalletEntryBody {
    pub entry_id: Uuid,
    pub r#type: WalletEntryType,
    /// Won; positive came in, negative went out.
    pub amount: i64,
    /// Won.
    pub balance_after: i64,
    /// The charge or the payment that moved it.
    pub reference: Uuid,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum WalletEntryType {
    Charge,
    Payment,
    Refund,
}

impl From<StatementLine> for WalletEntryBody {
    fn from(line: StatementLine) -> Self {
        let (r#type, reference) = match line.reason {
            Reason::Charge(id) => (WalletEntryType::Charge, id.0),
            Reason::Payment(id) => (WalletEntryType::Payment, id.0),
            Reason::Refund(id) => (WalletEntryType::Refund, id.0),
        };
        Self {
            entry_id: line.entry_id.0,
            r#type,
            amount: Money::as_won(line.amount),
            balance_after: line.balance_after.as_won(),
            reference,
            created_at: line.created_at,
        }
    }
}

/// A page of a statement, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WalletEntriesBody {
    pub entries: Vec<WalletEntryBody>,
    pub next_cursor: Option<String>,
}

impl From<Page<StatementLine>> for WalletEntriesBody {
    fn from(page: Page<StatementLine>) -> Self {
        let next_cursor = page.next.map(|cursor| cursor.to_string());
        Self { entries: page.items.into_iter().map(Into::into).collect(), next_cursor }
    }
}
