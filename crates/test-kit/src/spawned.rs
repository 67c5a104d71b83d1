use std::collections::HashMap;
use std::time::Duration;

use reqwest::{Client, Method};
use serde::Serialize;
use service_kit::settings::{self, Sources};
use service_kit::{Running, Service, client, http};
use tokio::runtime::Handle;

use crate::database::{PATIENCE_MS, PEER_PATIENCE_MS, POOL_SIZE, TestDatabase};
use crate::issuers::Issuers;
use crate::request::Request;

/// A test that waits longer than this for an answer hangs.
const DEADLINE: Duration = Duration::from_mins(2);

/// A service that serves on a port of its own.
pub struct Spawned<S: Service> {
    /// With what it was assembled from; for what no route shows.
    pub service: S,
    /// For requests that the sugar below does not cover.
    pub client: Client,
    base: String,
    database: Option<TestDatabase>,
    running: Option<Running<S>>,
}

/// Starts `S` on a database of its own. `overrides` are settings as the environment has them, such as
/// `("BOXOFFICE__JOBS__ENABLED", "false")`; they win over everything else, and nothing comes from the real environment.
pub async fn spawn<S: Service>(overrides: &[(&str, &str)], issuers: &Issuers) -> Spawned<S> {
    start(Some(TestDatabase::for_all().await), overrides, issuers).await
}

/// Starts `S` on a database that is there: a second replica, or the same service after a crash.
pub async fn spawn_on<S: Service>(
    database: &TestDatabase,
    overrides: &[(&str, &str)],
    issuers: &Issuers,
) -> Spawned<S> {
    start(Some(database.clone()), overrides, issuers).await
}

/// Starts `S` on its memory adapters.
pub async fn spawn_in_memory<S: Service>(overrides: &[(&str, &str)], issuers: &Issuers) -> Spawned<S> {
    start(None, overrides, issuers).await
}

async fn start<S: Service>(
    database: Option<TestDatabase>,
    overrides: &[(&str, &str)],
    issuers: &Issuers,
) -> Spawned<S> {
    let mut environment = issuers.environment(S::NAME);
    environment.extend(surroundings(database.as_ref().map(|database| database.url(S::SECTION))));
    environment.extend(overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let sources = Sources { section: S::SECTION, defaults: S::DEFAULTS, environment };
    let settings = settings::load::<S::Settings>(sources)
        .unwrap_or_else(|error| panic!("cannot load the settings of {}: {error:#}", S::NAME));
    let listener = http::bind("127.0.0.1", 0).expect("a free port for the service");
    let running = service_kit::start::<S>(listener, settings, database.is_none())
        .await
        .unwrap_or_else(|error| panic!("cannot start {}: {error:#}", S::NAME));
    Spawned {
        service: running.service.clone(),
        client: new_client(),
        base: format!("http://{}", running.address()),
        database,
        running: Some(running),
    }
}

/// Two workers, so that requests do meet; pools and patience for a machine that runs several tests at once.
fn surroundings(database_url: Option<&str>) -> HashMap<String, String> {
    let settings = [
        ("DATABASE_URL", database_url.unwrap_or_default().to_owned()),
        ("BOXOFFICE__DATABASE__POOL_SIZE", POOL_SIZE.to_string()),
        ("BOXOFFICE__DATABASE__ACQUIRE_TIMEOUT_MS", PATIENCE_MS.to_string()),
        ("BOXOFFICE__DATABASE__MAX_WAIT_MS", PATIENCE_MS.to_string()),
        ("BOXOFFICE__DATABASE__LOCK_TIMEOUT_MS", PATIENCE_MS.to_string()),
        ("BOXOFFICE__PEERS__DEADLINE_MS", PEER_PATIENCE_MS.to_string()),
        ("BOXOFFICE__HTTP__WORKERS", "2".to_owned()),
        // Tests do in a moment what a fan does in minutes.
        ("BOXOFFICE__HTTP__USER_RATE_LIMIT_PER_SECOND", "0".to_owned()),
    ];
    settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn new_client() -> Client {
    client::build(DEADLINE).expect("an HTTP client")
}

impl<S: Service> Spawned<S> {
    /// The URL of a path such as `/v1/wallet`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// What it keeps its things in.
    pub fn database(&self) -> &TestDatabase {
        self.database.as_ref().expect("a service in memory has no database")
    }

    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str, body: impl Serialize) -> Request {
        self.with_body(Method::POST, path, body)
    }

    pub fn put(&self, path: &str, body: impl Serialize) -> Request {
        self.with_body(Method::PUT, path, body)
    }

    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    /// A request without a body.
    pub fn request(&self, method: Method, path: &str) -> Request {
        Request::new(self.client.request(method, self.url(path)))
    }

    fn with_body(&self, method: Method, path: &str, body: impl Serialize) -> Request {
        Request::new(self.client.request(method, self.url(path)).json(&body))
    }

    /// Stops it as a signal would: requests and jobs under way end first.
    pub async fn stop(mut self) {
        // Its idle connections go with it; the service would wait for them.
        self.client = new_client();
        if let Some(running) = self.running.take() {
            running.stop().await.unwrap_or_else(|error| panic!("cannot stop {}: {error:#}", S::NAME));
        }
    }
}

impl<S: Service> Drop for Spawned<S> {
    fn drop(&mut self) {
        // A test that has ended waits for nothing; its runtime ends what is left.
        if let (Some(running), Ok(runtime)) = (self.running.take(), Handle::try_current()) {
            drop(runtime.spawn(running.stop()));
        }
    }
}
