use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::shared::{
    Amount, Balance, ChargeId, IdGenerator, JournalEntryId, Page, PageRequest, PaymentId, UserId,
};
use domain::wallet::{
    ChargeRefused, Charged, DebitAnswer, DebitRequest, JournalEntry, Ledger, NewUser, ProviderAnswer,
    RefundAnswer, StatementLine, VoidAnswer, Wallet,
};
use service_kit::postgres::{Database, TransactionError, classify};

use super::rows::{JournalLineRow, WalletRow};
use super::schema::{journal_lines, wallets};
use super::{charges, debits};

/// The books in the wallet's schema. In every transaction the command's own row (charge, debit) is locked before the
/// wallet's, so that no two wait for each other.
pub struct PostgresLedger {
    pub(super) database: Database,
    ids: Arc<dyn IdGenerator>,
}

impl PostgresLedger {
    pub fn new(database: Database, ids: Arc<dyn IdGenerator>) -> Self {
        Self { database, ids }
    }

    pub(super) fn entry_id(&self) -> JournalEntryId {
        JournalEntryId(self.ids.next())
    }
}

#[async_trait]
impl Ledger for PostgresLedger {
    async fn open(&self, user: NewUser) -> anyhow::Result<()> {
        let mut connection = self.database.connection().await?;
        let row = (wallets::user_id.eq(user.id.0), wallets::name.eq(&user.name), wallets::balance.eq(0));
        let opened = diesel::insert_into(wallets::table).values(row).on_conflict_do_nothing();
        opened.execute(&mut connection).await.map_err(classify)?;
        Ok(())
    }

    async fn wallet(&self, user: UserId) -> anyhow::Result<Option<Wallet>> {
        let mut connection = self.database.connection().await?;
        let row = wallets::table.find(user.0).select(WalletRow::as_select());
        row.first(&mut connection).await.optional().map_err(classify)?.map(WalletRow::wallet).transpose()
    }

    async fn begin_charge(
        &self,
        id: ChargeId,
        user: UserId,
        amount: Amount,
    ) -> Result<Charged, ChargeRefused> {
        charges::begin(self, id, user, amount).await
    }

    async fn settle_charge(&self, id: ChargeId, answer: ProviderAnswer) -> anyhow::Result<Charged> {
        charges::settle(self, id, answer).await
    }

    async fn stalled_charges(&self, idle_seconds: u32, limit: usize) -> anyhow::Result<Vec<Charged>> {
        charges::stalled(self, idle_seconds, limit).await
    }

    async fn debit(&self, request: DebitRequest) -> anyhow::Result<DebitAnswer> {
        debits::debit(self, request).await
    }

    async fn void(&self, payment: PaymentId) -> anyhow::Result<VoidAnswer> {
        debits::void(self, payment).await
    }

    async fn refund(&self, payment: PaymentId) -> anyhow::Result<RefundAnswer> {
        debits::refund(self, payment).await
    }

    async fn statement(&self, user: UserId, page: PageRequest) -> anyhow::Result<Page<StatementLine>> {
        let mut connection = self.database.connection().await?;
        let mut lines = journal_lines::table
            .filter(journal_lines::user_id.eq(user.0))
            .order(journal_lines::position.desc())
            .limit(i64::try_from(page.limit() + 1)?)
            .select(JournalLineRow::as_select())
            .into_boxed();
        if let Some(cursor) = page.after {
            let mine = journal_lines::entry_id.eq(cursor.0).and(journal_lines::user_id.eq(user.0));
            let position = journal_lines::table.filter(mine).select(journal_lines::position);
            let position: i64 =
                position.first(&mut connection).await.optional().map_err(classify)?.unwrap_or(0);
            lines = lines.filter(journal_lines::position.lt(position));
        }
        let rows = lines.load(&mut connection).await.map_err(classify)?;
        let lines = rows.into_iter().map(JournalLineRow::statement_line).collect::<anyhow::Result<_>>()?;
        Ok(Page::cut(lines, &page, |line: &StatementLine| line.entry_id.0))
    }
}

/// Locks a wallet and reads its balance; `None`: there is no such wallet.
pub(super) async fn lock_balance(
    connection: &mut AsyncPgConnection,
    user: UserId,
) -> Result<Option<Balance>, TransactionError<anyhow::Error>> {
    let won = wallets::table.find(user.0).select(wallets::balance).for_update();
    let won: Option<i64> = won.first(connection).await.optional()?;
    let balance = won.map(super::rows::balance).transpose();
    balance.with_context(|| format!("wallets.balance of {user}")).map_err(TransactionError::Refused)
}

/// Writes an entry and the balance it leaves, together.
pub(super) async fn post(
    connection: &mut AsyncPgConnection,
    entry: &JournalEntry,
    user: UserId,
    balance_after: Balance,
    at: DateTime<Utc>,
) -> Result<(), diesel::result::Error> {
    let lines = JournalLineRow::of(entry, balance_after, at);
    diesel::insert_into(journal_lines::table).values(&lines).execute(connection).await?;
    let wallet = diesel::update(wallets::table.find(user.0)).set(wallets::balance.eq(balance_after.as_won()));
    wallet.execute(connection).await?;
    Ok(())
}
