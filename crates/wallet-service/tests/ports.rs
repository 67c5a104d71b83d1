//! The rules of the ledger, on both of its adapters.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::sync::Arc;

use async_trait::async_trait;
use diesel_async::SimpleAsyncConnection;
use domain::adapters::memory::MemoryLedger;
use domain::adapters::system::Version7;
use domain::shared::{Balance, ChargeId, IdGenerator, PageRequest, PaymentId, UserId};
use domain::wallet::{DebitRequest, Ledger, NewUser, ProviderAnswer};
use service_kit::Service;
use service_kit::postgres::Database;
use test_kit::suites::ledger::{Subject, Vault};
use test_kit::{ManualClock, TestDatabase, TimeTravel};
use uuid::Uuid;
use wallet_service::WalletService;
use wallet_service::outbound::postgres::PostgresLedger;

test_kit::ledger_suite! {
    memory: in_memory(),
    postgres: on_postgres().await,
}

fn in_memory() -> Subject {
    let clock = Arc::new(ManualClock::new());
    let ledger = Arc::new(MemoryLedger::new(clock.clone(), Arc::new(Version7)));
    Subject { vault: Arc::new(Inspected(Arc::clone(&ledger))), ledger, time: clock }
}

struct Inspected(Arc<MemoryLedger>);

#[async_trait]
impl Vault for Inspected {
    async fn fill(&self, user: UserId) {
        self.0
            .inspect(|books| books.wallets.get_mut(&user).unwrap().balance = Balance::new(i64::MAX).unwrap());
    }
}

async fn on_postgres() -> Subject {
    let time = Arc::new(Ageing::new().await);
    let ledger = PostgresLedger::new(time.database.clone(), Arc::new(Version7));
    Subject { ledger: Arc::new(ledger), vault: time.clone(), time }
}

/// Nobody sets PostgreSQL's clock: the rows are made older instead.
struct Ageing {
    database: Database,
    _kept: TestDatabase,
}

impl Ageing {
    async fn new() -> Self {
        let test_database = TestDatabase::new(WalletService::SECTION, WalletService::MIGRATIONS).await;
        let database = test_database.database(WalletService::SECTION).await;
        Self { database, _kept: test_database }
    }

    async fn execute(&self, statements: &str) {
        let mut connection = self.database.connection().await.unwrap();
        connection.batch_execute(statements).await.unwrap();
    }
}

#[async_trait]
impl TimeTravel for Ageing {
    async fn pass(&self, seconds: i64) {
        self.execute(&format!(
            "UPDATE charges SET created_at = created_at - age, touched_at = touched_at - age \
             FROM (SELECT make_interval(secs => {seconds}) AS age) AS passed"
        ))
        .await;
    }
}

#[async_trait]
impl Vault for Ageing {
    async fn fill(&self, user: UserId) {
        self.execute(&format!("UPDATE wallets SET balance = {} WHERE user_id = '{user}'", i64::MAX)).await;
    }
}

/// Every CHECK that mirrors a rule of the domain is taken away, and a row written that breaks the rule.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_exist_is_named() {
    let time = Ageing::new().await;
    let ledger = PostgresLedger::new(time.database.clone(), Arc::new(Version7));
    time.execute(
        "DO $$ DECLARE rule record; BEGIN \
           FOR rule IN SELECT conrelid::regclass AS broken, conname FROM pg_constraint \
                       WHERE contype = 'c' AND connamespace = current_schema()::regnamespace LOOP \
             EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.broken, rule.conname); \
           END LOOP; END $$",
    )
    .await;
    let [user, charge, payment, entry] = [(); 4].map(|()| Version7.next());
    ledger.open(NewUser { id: UserId(user), name: "Kim".to_owned() }).await.unwrap();
    time.execute(&format!(
        "INSERT INTO charges VALUES ('{charge}', '{user}', 5, 'captured', -1, NULL, now(), now()); \
         INSERT INTO debits VALUES ('{payment}', 'captured', '{user}', 5, -1); \
         INSERT INTO journal_lines (entry_id, account, user_id, amount, balance_after, reason, reference, created_at) \
         VALUES ('{entry}', 'wallet', '{user}', 5, -1, 'charge', '{charge}', now())"
    ))
    .await;

    assert_names(settle(&ledger, charge).await, "charges.balance_after", charge);
    time.execute("UPDATE charges SET balance_after = 5, amount = 0").await;
    assert_names(settle(&ledger, charge).await, "charges.amount", charge);
    time.execute("UPDATE charges SET amount = 5, state = 'paused'").await;
    assert_names(settle(&ledger, charge).await, "charges.state", charge);

    assert_names(ledger.refund(PaymentId(payment)).await, "debits.balance", payment);
    time.execute("UPDATE debits SET balance = 0, amount = 0").await;
    assert_names(ledger.refund(PaymentId(payment)).await, "debits.amount", payment);
    time.execute("UPDATE debits SET amount = 5, state = 'voided'").await;
    assert_names(ledger.refund(PaymentId(payment)).await, "debits.state", payment);

    let statement = || ledger.statement(UserId(user), PageRequest::default());
    assert_names(statement().await, "journal_lines.balance_after", entry);
    time.execute("UPDATE journal_lines SET balance_after = NULL").await;
    assert_names(statement().await, "journal_lines.balance_after", entry);
    time.execute("UPDATE journal_lines SET balance_after = 5, reason = 'gift'").await;
    assert_names(statement().await, "journal_lines.reason", entry);

    time.execute("UPDATE wallets SET balance = -1").await;
    assert_names(ledger.wallet(UserId(user)).await, "wallets.balance", user);
    let amount = domain::shared::Amount::new(1).unwrap();
    let request = DebitRequest { payment_id: PaymentId(Version7.next()), user_id: UserId(user), amount };
    assert_names(ledger.debit(request).await, "wallets.balance", user);
}

async fn settle(ledger: &PostgresLedger, charge: Uuid) -> anyhow::Result<impl std::fmt::Debug + use<>> {
    ledger.settle_charge(ChargeId(charge), ProviderAnswer::Captured).await
}

#[track_caller]
fn assert_names<T: std::fmt::Debug>(read: anyhow::Result<T>, column: &str, row: Uuid) {
    let said = format!("{:#}", read.unwrap_err());
    assert!(said.contains(column) && said.contains(&row.to_string()), "{column} of {row}: {said}");
}
