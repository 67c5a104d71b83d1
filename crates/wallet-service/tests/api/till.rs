//! A running wallet-service and everybody around it.

use chrono::TimeDelta;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use domain::adapters::system;
use domain::shared::{EntryId, IdGenerator, QueueId, UserId};
use serde_json::{Value, json};
use service_kit::postgres::provision;
use test_kit::{Issuers, PATIENCE, Request, Spawned, spawn, spawn_on};
use tokio::time::timeout;
use uuid::Uuid;
use wallet_service::WalletService;

pub const NO_JOBS: (&str, &str) = ("BOXOFFICE__JOBS__ENABLED", "false");
/// For a test that keeps a wallet locked while it looks around.
pub const PATIENT: (&str, &str) = ("BOXOFFICE__DATABASE__LOCK_TIMEOUT_MS", "30000");

pub struct Till {
    pub service: Spawned<WalletService>,
    pub issuers: Issuers,
}

/// A user with a wallet.
pub struct Fan {
    pub id: UserId,
    pub token: String,
    /// The path of the wallet.
    pub wallet: String,
}

impl Till {
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    pub async fn open_with(overrides: &[(&str, &str)]) -> Self {
        let issuers = Issuers::start().await;
        let service = spawn(&with_key(overrides, &issuers), &issuers).await;
        Self { service, issuers }
    }

    /// A second one on the same books.
    pub async fn another(&self, overrides: &[(&str, &str)]) -> Spawned<WalletService> {
        spawn_on(self.service.database(), &with_key(overrides, &self.issuers), &self.issuers).await
    }

    pub async fn fan(&self) -> Fan {
        let body = self.service.post("/v1/users", json!({ "name": "Kim" })).send().await.expect(201);
        let id: UserId = body["userId"].as_str().unwrap().parse().unwrap();
        let token = body["accessToken"].as_str().unwrap().to_owned();
        Fan { id, token, wallet: format!("/v1/wallets/{id}") }
    }

    pub async fn fan_with(&self, won: i64) -> Fan {
        let fan = self.fan().await;
        self.charge(&fan, won).send().await.expect(201);
        fan
    }

    pub fn charge(&self, fan: &Fan, won: i64) -> Request {
        self.charge_with(fan, json!({ "amount": won }))
    }

    pub fn charge_with(&self, fan: &Fan, body: Value) -> Request {
        self.service.post(&format!("{}/charges", fan.wallet), body).bearer(&fan.token)
    }

    pub async fn balance(&self, fan: &Fan) -> i64 {
        let body = self.service.get(&fan.wallet).bearer(&fan.token).send().await.expect(200);
        body["balance"].as_i64().unwrap()
    }

    pub async fn entries(&self, fan: &Fan) -> Vec<Value> {
        let path = format!("{}/entries?limit=100", fan.wallet);
        let body = self.service.get(&path).bearer(&fan.token).send().await.expect(200);
        assert_eq!(body["nextCursor"], Value::Null, "more entries than a test makes");
        body["entries"].as_array().unwrap().clone()
    }

    pub fn pass_of(&self, user: UserId) -> String {
        let (clock, _) = system::system();
        let until = clock.now() + TimeDelta::minutes(10);
        self.issuers.pass(EntryId(new_id()), QueueId(new_id()), user, until)
    }

    /// Shows the credential of the service that sells seats.
    pub fn as_seller(&self, request: Request) -> Request {
        request.authorization(&self.issuers.service_credential("reservation-service"))
    }

    pub fn debit(&self, fan: &Fan, payment: Uuid, won: i64) -> Request {
        let debit = json!({ "paymentId": payment, "userId": fan.id, "amount": won });
        self.as_seller(self.service.post("/internal/v1/debits", json!({ "debits": [debit] })))
    }

    /// As the service's own role.
    pub async fn connect(&self) -> AsyncPgConnection {
        provision::connect(self.service.database().url("wallet")).await.unwrap()
    }

    pub async fn execute(&self, statements: &str) {
        self.connect().await.batch_execute(statements).await.unwrap();
    }

    /// What operators see.
    pub async fn metrics(&self) -> String {
        let body = self.service.get("/metrics").send().await.expect(200);
        body.as_str().unwrap().to_owned()
    }

    /// Returns once operators see this line.
    pub async fn shows(&self, line: &str) {
        let seen = async { while !self.metrics().await.lines().any(|shown| shown == line) {} };
        timeout(PATIENCE, seen).await.unwrap_or_else(|_| panic!("the metrics never show {line}"));
    }

    /// How many rows there are in `what`: a table, and perhaps a WHERE.
    pub async fn count(&self, what: &str) -> i64 {
        count(&mut self.connect().await, what).await
    }

    /// Locks a wallet against being moved, so that whoever would move it has to wait half way.
    pub async fn hold_wallet(&self, fan: &Fan) -> HeldWallet {
        let mut connection = self.connect().await;
        // Rows that refer to the wallet may still be written.
        let lock = format!("BEGIN; SELECT 1 FROM wallets WHERE user_id = '{}' FOR NO KEY UPDATE", fan.id);
        connection.batch_execute(&lock).await.unwrap();
        HeldWallet { connection, onlooker: self.connect().await }
    }
}

pub struct HeldWallet {
    connection: AsyncPgConnection,
    onlooker: AsyncPgConnection,
}

impl HeldWallet {
    /// Returns once a command stands before the lock.
    pub async fn somebody_waits(&mut self) {
        let waiting = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let waited = async {
            while count(&mut self.onlooker, waiting).await == 0 {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, waited).await.expect("nobody waits for the wallet");
    }

    pub async fn release(mut self) {
        self.connection.batch_execute("COMMIT").await.unwrap();
    }
}

/// What is to come about comes about within a while, or never.
pub async fn until(what: &str, comes_about: impl AsyncFn() -> bool) {
    let polling = async {
        while !comes_about().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, polling).await.unwrap_or_else(|_| panic!("it does not come about: {what}"));
}

async fn count(connection: &mut AsyncPgConnection, what: &str) -> i64 {
    let count = diesel::dsl::sql::<BigInt>(&format!("(SELECT count(*) FROM {what})"));
    diesel::select(count).get_result(connection).await.unwrap()
}

pub fn with_key<'a>(overrides: &[(&'a str, &'a str)], issuers: &'a Issuers) -> Vec<(&'a str, &'a str)> {
    [overrides, &[("BOXOFFICE__WALLET__ACCESS_KEY", issuers.access_key_pem())]].concat()
}

pub fn new_id() -> Uuid {
    system::Version7.next()
}

/// The field that a refusal names first.
pub fn field(problem: &Value) -> &str {
    problem["errors"][0]["field"].as_str().unwrap()
}
