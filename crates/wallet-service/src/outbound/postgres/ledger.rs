use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::shared::{Amount, ChargeId, IdGenerator, Page, PageRequest, PaymentId, UserId};
use domain::wallet::{
    ChargeRefused, Charged, DebitAnswer, DebitRequest, Ledger, NewUser, ProviderAnswer, RefundAnswer,
    StatementLine, VoidAnswer, Wallet,
};
use service_kit::gather::Gathered;
use service_kit::postgres::{Database, classify};

use super::charges::{self, Charging};
use super::debits::{self, Debiting, Done};
use super::rows::{JournalLineRow, WalletRow};
use super::schema::{journal_lines, wallets};

/// The books in the wallet's schema. In every transaction the rows of the commands themselves (charges, debits) are
/// locked by id before the wallets are, by id too, so that no two wait for each other.
pub struct PostgresLedger {
    database: Database,
    debiting: Gathered<debits::Command, debits::Done>,
    charging: Gathered<charges::Command, Result<Charged, ChargeRefused>>,
}

impl PostgresLedger {
    /// Starts the writers, which gather what comes in at the same time into sets.
    pub fn new(database: Database, ids: Arc<dyn IdGenerator>) -> Self {
        let debiting = Debiting { database: database.clone(), ids: Arc::clone(&ids) };
        let charging = Charging { database: database.clone(), ids };
        Self {
            debiting: Gathered::new(debits::DEBITING, debiting),
            charging: Gathered::new(charges::CHARGING, charging),
            database,
        }
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
        self.charging.carry_out(charges::Command::Begin { id, user, amount }).await?
    }

    async fn settle_charge(&self, id: ChargeId, answer: ProviderAnswer) -> anyhow::Result<Charged> {
        let settled = self.charging.carry_out(charges::Command::Settle { id, answer }).await?;
        settled.map_err(|refused| match refused {
            ChargeRefused::Unexpected(error) => error,
            other @ (ChargeRefused::NoSuchUser | ChargeRefused::OtherCharge) => other.into(),
        })
    }

    async fn stalled_charges(&self, idle_seconds: u32, limit: usize) -> anyhow::Result<Vec<Charged>> {
        charges::stalled(&self.database, idle_seconds, limit).await
    }

    async fn debit(&self, request: DebitRequest) -> anyhow::Result<DebitAnswer> {
        match self.debiting.carry_out(debits::Command::Debit(request)).await? {
            Done::Debit(answer) => Ok(answer),
            other => Err(crossed(&other)),
        }
    }

    async fn void(&self, payment: PaymentId) -> anyhow::Result<VoidAnswer> {
        match self.debiting.carry_out(debits::Command::Void(payment)).await? {
            Done::Void(answer) => Ok(answer),
            other => Err(crossed(&other)),
        }
    }

    async fn refund(&self, payment: PaymentId) -> anyhow::Result<RefundAnswer> {
        match self.debiting.carry_out(debits::Command::Refund(payment)).await? {
            Done::Refund(answer) => Ok(answer),
            other => Err(crossed(&other)),
        }
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

/// One answer for each command in their order: this cannot be.
fn crossed(done: &Done) -> anyhow::Error {
    anyhow::anyhow!("another command's answer: {done:?}")
}
