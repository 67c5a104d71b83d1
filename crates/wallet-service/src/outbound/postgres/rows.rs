//! Rows, and the domain types they stand for. A row that cannot exist is an error that names it.

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::shared::{Amount, Balance, ChargeId, JournalEntryId, Money, PaymentId, UserId};
use domain::wallet::{
    Account, Charge, ChargeState, Debit, DebitState, JournalEntry, Reason, StatementLine, Wallet,
};
use uuid::Uuid;

use super::schema::{charges, debits, journal_lines, wallets};

#[derive(Queryable, Selectable)]
#[diesel(table_name = wallets)]
pub struct WalletRow {
    pub user_id: Uuid,
    pub name: String,
    pub balance: i64,
}

impl WalletRow {
    pub fn wallet(self) -> anyhow::Result<Wallet> {
        let balance =
            balance(self.balance).with_context(|| format!("wallets.balance of {}", self.user_id))?;
        Ok(Wallet { user_id: UserId(self.user_id), name: self.name, balance })
    }
}

pub fn balance(won: i64) -> anyhow::Result<Balance> {
    Balance::new(won).with_context(|| format!("a balance of {won} won cannot be"))
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = charges, treat_none_as_null = true)]
pub struct ChargeRow {
    pub charge_id: Uuid,
    pub user_id: Uuid,
    pub amount: i64,
    pub state: String,
    pub balance_after: Option<i64>,
    pub decline_reason: Option<String>,
    pub created_at: DateTime<Utc>,
    pub touched_at: DateTime<Utc>,
}

impl ChargeRow {
    pub fn of(charge: &Charge, touched_at: DateTime<Utc>) -> Self {
        let (state, balance_after, decline_reason) = match &charge.state {
            ChargeState::Pending => ("pending", None, None),
            ChargeState::Captured { balance_after } => ("captured", Some(balance_after.as_won()), None),
            ChargeState::Declined { reason } => ("declined", None, Some(reason.clone())),
            ChargeState::Cancelled => ("cancelled", None, None),
        };
        Self {
            charge_id: charge.id.0,
            user_id: charge.user_id.0,
            amount: charge.amount.as_won(),
            state: state.to_owned(),
            balance_after,
            decline_reason,
            created_at: charge.created_at,
            touched_at,
        }
    }

    pub fn charge(self) -> anyhow::Result<Charge> {
        let row = self.charge_id;
        let state = match (self.state.as_str(), self.balance_after, self.decline_reason) {
            ("pending", None, None) => ChargeState::Pending,
            ("captured", Some(after), None) => {
                let after = balance(after).with_context(|| format!("charges.balance_after of {row}"))?;
                ChargeState::Captured { balance_after: after }
            }
            ("declined", None, Some(reason)) => ChargeState::Declined { reason },
            ("cancelled", None, None) => ChargeState::Cancelled,
            (state, ..) => bail!("charges.state of {row} is {state:?}, which does not fit its other columns"),
        };
        let amount = Amount::new(self.amount).with_context(|| format!("charges.amount of {row}"))?;
        let (id, user_id) = (ChargeId(row), UserId(self.user_id));
        Ok(Charge { id, user_id, amount, created_at: self.created_at, state })
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = debits, treat_none_as_null = true)]
pub struct DebitRow {
    pub payment_id: Uuid,
    pub state: String,
    pub user_id: Option<Uuid>,
    pub amount: Option<i64>,
    pub balance: Option<i64>,
}

impl DebitRow {
    pub fn of(debit: &Debit) -> Self {
        let (state, whose) = match debit.state {
            DebitState::Captured { user_id, amount, balance_after } => {
                ("captured", Some((user_id, amount, balance_after)))
            }
            DebitState::Declined { user_id, amount, balance } => {
                ("declined", Some((user_id, amount, balance)))
            }
            DebitState::Voided => ("voided", None),
            DebitState::Refunded { user_id, amount, balance_after } => {
                ("refunded", Some((user_id, amount, balance_after)))
            }
        };
        Self {
            payment_id: debit.payment_id.0,
            state: state.to_owned(),
            user_id: whose.map(|(user, ..)| user.0),
            amount: whose.map(|(_, amount, _)| amount.as_won()),
            balance: whose.map(|(.., balance)| balance.as_won()),
        }
    }

    pub fn debit(self) -> anyhow::Result<Debit> {
        let row = self.payment_id;
        let whose = match (self.user_id, self.amount, self.balance) {
            (Some(user), Some(amount), Some(won)) => {
                let amount = Amount::new(amount).with_context(|| format!("debits.amount of {row}"))?;
                Some((
                    UserId(user),
                    amount,
                    balance(won).with_context(|| format!("debits.balance of {row}"))?,
                ))
            }
            _ => None,
        };
        let state = match (self.state.as_str(), whose) {
            ("captured", Some((user_id, amount, balance_after))) => {
                DebitState::Captured { user_id, amount, balance_after }
            }
            ("declined", Some((user_id, amount, balance))) => {
                DebitState::Declined { user_id, amount, balance }
            }
            ("refunded", Some((user_id, amount, balance_after))) => {
                DebitState::Refunded { user_id, amount, balance_after }
            }
            ("voided", None) => DebitState::Voided,
            (state, _) => bail!("debits.state of {row} is {state:?}, which does not fit its other columns"),
        };
        Ok(Debit { payment_id: PaymentId(row), state })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = journal_lines)]
pub struct JournalLineRow {
    pub entry_id: Uuid,
    pub account: String,
    pub user_id: Option<Uuid>,
    pub amount: i64,
    pub balance_after: Option<i64>,
    pub reason: String,
    pub reference: Uuid,
    pub created_at: DateTime<Utc>,
}

impl JournalLineRow {
    /// All lines of an entry; `balance_after` is that of the wallet it moves.
    pub fn of(entry: &JournalEntry, balance_after: Balance, created_at: DateTime<Utc>) -> Vec<Self> {
        let (reason, reference) = match entry.reason() {
            Reason::Charge(id) => ("charge", id.0),
            Reason::Payment(id) => ("payment", id.0),
            Reason::Refund(id) => ("refund", id.0),
        };
        let row = |account: &str, user_id: Option<UserId>, amount: Money| Self {
            entry_id: entry.id().0,
            account: account.to_owned(),
            user_id: user_id.map(|user| user.0),
            amount: amount.as_won(),
            balance_after: user_id.map(|_| balance_after.as_won()),
            reason: reason.to_owned(),
            reference,
            created_at,
        };
        let rows = entry.lines().iter().map(|line| match line.account {
            Account::Wallet(user) => row("wallet", Some(user), line.amount),
            Account::Provider => row("provider", None, line.amount),
            Account::Sales => row("sales", None, line.amount),
        });
        rows.collect()
    }

    pub fn statement_line(self) -> anyhow::Result<StatementLine> {
        let row = self.entry_id;
        let reason = match self.reason.as_str() {
            "charge" => Reason::Charge(ChargeId(self.reference)),
            "payment" => Reason::Payment(PaymentId(self.reference)),
            "refund" => Reason::Refund(PaymentId(self.reference)),
            reason => bail!("journal_lines.reason of {row} is {reason:?}"),
        };
        let balance_after = self.balance_after.context("there is none").and_then(balance);
        let balance_after = balance_after.with_context(|| format!("journal_lines.balance_after of {row}"))?;
        Ok(StatementLine {
            entry_id: JournalEntryId(row),
            reason,
            amount: Money::won(self.amount),
            balance_after,
            created_at: self.created_at,
        })
    }
}
