use std::sync::Arc;
use std::thread;

use diesel_migrations::EmbeddedMigrations;
use domain::adapters::system;
use domain::shared::IdGenerator;
use service_kit::postgres::provision::{self, RoleSpec};
use service_kit::postgres::{self, Database};
use service_kit::settings::{DatabaseSettings, Secret};

/// The sections, and so the schemas, of the four services.
pub const SECTIONS: [&str; 4] = ["queue", "concert", "reservation", "wallet"];

/// Roles belong to the whole cluster, so every test database gives them the same one.
const PASSWORD: &str = "only-for-tests";
/// Enough for tasks to meet inside PostgreSQL; all tests together stay below its hundred connections.
pub(crate) const POOL_SIZE: u32 = 8;
/// Generous, since two busy cores run several tests at once: a test of shedding sets its own.
pub(crate) const PATIENCE_MS: u64 = 5_000;
/// Likewise for the other services, whose bodies may hold ten thousand seats.
pub(crate) const PEER_PATIENCE_MS: u64 = 30_000;

/// A database of the test's own, with the roles and schemas of all four services.
///
/// Clones name the same database; it is dropped with the last of them, also when the test panics.
#[derive(Clone, Debug)]
pub struct TestDatabase(Arc<Fresh>);

#[derive(Debug)]
struct Fresh {
    name: String,
    server_url: String,
    admin_url: String,
    /// In the order of [`SECTIONS`].
    role_urls: Vec<String>,
}

impl TestDatabase {
    /// A database in which one service's schema is migrated.
    pub async fn new(section: &str, migrations: EmbeddedMigrations) -> Self {
        let database = Self::create(section).await;
        postgres::migrate(&database.settings(section), migrations)
            .await
            .unwrap_or_else(|error| panic!("cannot migrate the schema {section}: {error:#}"));
        database
    }

    /// A database whose schemas are all empty: each service migrates its own when it starts.
    pub async fn for_all() -> Self {
        Self::create("all").await
    }

    async fn create(label: &str) -> Self {
        let server_url = std::env::var("DATABASE_URL").unwrap_or_else(|_| {
            panic!(
                "DATABASE_URL is not set: this test needs a PostgreSQL that it may create databases in. \
                 Run `scripts/test`, or `boxoffice with-postgres -- cargo nextest run`"
            )
        });
        let name = format!("test_{label}_{}", system::Version7.next().simple());
        let admin_url = provision::create_database(&server_url, &name)
            .await
            .unwrap_or_else(|error| panic!("cannot create a test database: {error:#}"));
        // From here on the database is dropped whatever happens.
        let mut fresh = Fresh { name, server_url, admin_url, role_urls: Vec::new() };
        fresh.role_urls = provision::provision(&fresh.admin_url, &SECTIONS.map(role))
            .await
            .unwrap_or_else(|error| panic!("cannot provision a test database: {error:#}"));
        Self(Arc::new(fresh))
    }

    /// Under the role that owns the section's schema.
    pub fn url(&self, section: &str) -> &str {
        let found = SECTIONS.iter().zip(&self.0.role_urls).find(|(known, _)| **known == section);
        found.map_or_else(|| panic!("there is no section {section}"), |(_, url)| url.as_str())
    }

    /// Under the administrator's role, which may look into every schema.
    pub fn admin_url(&self) -> &str {
        &self.0.admin_url
    }

    pub fn settings(&self, section: &str) -> DatabaseSettings {
        DatabaseSettings {
            url: Secret::new(self.url(section)),
            pool_size: POOL_SIZE,
            acquire_timeout_ms: PATIENCE_MS,
            max_wait_ms: PATIENCE_MS,
            lock_timeout_ms: PATIENCE_MS,
            idle_in_transaction_timeout_ms: PATIENCE_MS,
        }
    }

    /// A pool of connections under the section's role.
    pub async fn database(&self, section: &str) -> Database {
        Database::connect(&self.settings(section))
            .await
            .unwrap_or_else(|error| panic!("cannot connect to the test database: {error:#}"))
    }
}

fn role(section: &str) -> RoleSpec {
    RoleSpec {
        role: format!("boxoffice_{section}"),
        schema: section.to_owned(),
        password: PASSWORD.to_owned(),
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let (server_url, name) = (self.server_url.clone(), self.name.clone());
        // A runtime of its own: the test's may be on its way out, or unwinding.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("cannot start a runtime").block_on(provision::drop_database(&server_url, &name))
        });
        match dropping.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => eprintln!("the test database {} is left behind: {error:#}", self.name),
            Err(_panic) => eprintln!("the test database {} is left behind", self.name),
        }
    }
}
