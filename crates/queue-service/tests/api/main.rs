//! The service as its callers see it: spawned on a database of its own, asked over HTTP.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails where an answer is not what it must be, in its helping functions too"
)]

mod absence;
mod admission;
mod audit;
mod configuration;
mod entries;
mod entry_events;
mod keys;
mod lossy;
mod openapi;
mod ownership;
mod passes;
mod poll_budget;
mod queues;
mod standby;
mod trouble;
mod vitals;

use domain::adapters::system::Version7;
use domain::shared::{IdGenerator, UserId};
use queue_service::QueueService;
use serde_json::{Value, json};
use test_kit::{Issuers, PATIENCE, Reply, Request, Spawned, TestDatabase, spawn, spawn_in_memory, spawn_on};
use uuid::Uuid;

const MAIN_QUEUE: &str = "01900000-0000-7000-8000-000000000001";
const QUEUE_TOKEN_KEY: &str = "only-for-tests-only-for-tests-only";

/// The service, and everybody whom it trusts.
struct House {
    queue: Spawned<QueueService>,
    issuers: Issuers,
}

/// A fan with a place.
struct Fan {
    access: String,
    token: String,
    entry: String,
    path: String,
}

fn settings<'a>(issuers: &'a Issuers, overrides: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let own = [
        ("BOXOFFICE__QUEUE__PASS_KEY", issuers.pass_key_pem()),
        ("BOXOFFICE__QUEUE__QUEUE_TOKEN_KEY", QUEUE_TOKEN_KEY),
        ("BOXOFFICE__QUEUE__POLL_BUDGET", "false"),
        ("BOXOFFICE__QUEUE__MAX_ACTIVE", "1"),
    ];
    own.into_iter().chain(overrides.iter().copied()).collect()
}

impl House {
    /// One slot in every queue; polls as often as a test likes.
    async fn open() -> Self {
        Self::open_with(&[]).await
    }

    async fn open_with(overrides: &[(&str, &str)]) -> Self {
        let issuers = Issuers::start().await;
        let queue = spawn(&settings(&issuers, overrides), &issuers).await;
        Self { queue, issuers }
    }

    async fn open_in_memory() -> Self {
        let issuers = Issuers::start().await;
        let queue = spawn_in_memory(&settings(&issuers, &[]), &issuers).await;
        Self { queue, issuers }
    }

    /// Another process on the same database.
    async fn beside(&self, database: &TestDatabase, overrides: &[(&str, &str)]) -> Spawned<QueueService> {
        spawn_on(database, &settings(&self.issuers, overrides), &self.issuers).await
    }

    fn access(&self) -> String {
        self.issuers.access_token(UserId(Version7.next()), "Kim")
    }

    async fn join(&self, queue: &str) -> Fan {
        let access = self.access();
        let body = self.queue.post(&entries(queue), json!({})).bearer(&access).send().await.expect(201);
        let word = |field: &str| body[field].as_str().unwrap().to_owned();
        Fan { access, token: word("queueToken"), entry: word("entryId"), path: me(queue) }
    }

    async fn see(&self, fan: &Fan) -> Reply {
        self.queue.get(&fan.path).bearer(&fan.token).send().await
    }

    /// Polls until the fan is inside.
    async fn admitted(&self, fan: &Fan) -> Value {
        let inside = async {
            loop {
                let body = self.see(fan).await.expect(200);
                if body["status"] == "admitted" {
                    return body;
                }
            }
        };
        tokio::time::timeout(PATIENCE, inside).await.expect("the fan is let in")
    }

    async fn configure(&self, queue: &str, change: Value) -> Reply {
        self.queue.put(&admin(queue), change).bearer(&self.issuers.operator_token()).send().await
    }

    async fn ready(&self) -> bool {
        self.queue.get("/readyz").send().await.status == 200
    }

    fn as_service(&self, request: Request, name: &str) -> Request {
        request.authorization(&self.issuers.service_credential(name))
    }

    async fn end(&self, endings: Value) -> Reply {
        let end = self.queue.post("/internal/v1/passes/endings", json!({ "endings": endings }));
        self.as_service(end, "reservation-service").send().await
    }

    /// Ends the admission of each in one call.
    async fn finish(&self, fans: &[&Fan]) {
        let endings: Vec<_> =
            fans.iter().map(|fan| json!({ "passId": fan.entry, "ending": "finished" })).collect();
        assert_eq!(self.end(json!(endings)).await.expect(200), json!({ "ended": endings }));
    }
}

/// Waits until `look` sees something.
async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("never came about: {what}"))
}

fn entries(queue: &str) -> String {
    format!("/v1/queues/{queue}/entries")
}

fn me(queue: &str) -> String {
    format!("/v1/queues/{queue}/entries/me")
}

fn admin(queue: &str) -> String {
    format!("/v1/admin/queues/{queue}")
}

fn new_id() -> String {
    let id: Uuid = Version7.next();
    id.to_string()
}
