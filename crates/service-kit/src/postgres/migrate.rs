//! Migrations, while the version before goes on serving: nobody who serves waits for one longer than a moment.

mod waiting;

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Integer, Text};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};
use tokio::time::sleep;

use super::failure::LOCK_TIMEOUT_WORDS;
use crate::settings::DatabaseSettings;
use waiting::Watch;

/// Several replicas may start at once: one migrates, the others wait. The number is arbitrary; the lock is held
/// per database, so each service has its own, made of its name.
///
/// It is asked for again and again: who waits for it in one statement has a snapshot, and the building of an index
/// (`CREATE INDEX CONCURRENTLY`) waits for everybody's.
const MIGRATION_LOCK: &str =
    "SELECT pg_try_advisory_lock(hashtext('boxoffice migrations ' || current_user)) AS had";
const ASK: Duration = Duration::from_millis(50);

/// How long a migration waits for a lock that others have, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Whoever wants the same table waits behind a migration that waits.
    pub lock_timeout: Duration,
    pub attempts: u32,
    /// In which those who had to wait go on.
    pub pause: Duration,
}

impl Default for Patience {
    /// A second is half of what a service's own statements wait for a lock, so those behind the migration are served and
    /// not refused. Twenty times with the pauses are a minute: an audit of a large installation is over by then, and a
    /// transaction that was forgotten is ended by PostgreSQL after five seconds.
    fn default() -> Self {
        Self { lock_timeout: Duration::from_secs(1), attempts: 20, pause: Duration::from_secs(2) }
    }
}

/// Runs the migrations that this database has not seen yet; returns how many.
pub async fn migrate(settings: &DatabaseSettings, migrations: EmbeddedMigrations) -> anyhow::Result<usize> {
    migrate_with(settings, &migrations, Patience::default()).await
}

/// As [`migrate`], with a patience of the caller's own.
pub async fn migrate_with(
    settings: &DatabaseSettings,
    migrations: &EmbeddedMigrations,
    patience: Patience,
) -> anyhow::Result<usize> {
    let url = settings.url.reveal()?;
    let mut connection = connect(&url).await?;
    // The lock goes with the connection.
    lock(&mut connection).await.context("cannot take the migration lock")?;
    let mut applied = 0;
    loop {
        let next;
        (connection, next) = on(connection, |harness| next_of(harness, migrations));
        let Some(next) = next? else { return Ok(applied) };
        connection = if next.in_transaction {
            in_transaction(connection, &next.name, migrations, patience, &url).await?
        } else {
            alone(connection, &next.name, migrations).await?
        };
        applied += 1;
    }
}

/// Nobody waits behind such a migration for longer than its patience: it is rolled back and tried again.
async fn in_transaction(
    mut connection: AsyncPgConnection,
    name: &str,
    migrations: &EmbeddedMigrations,
    patience: Patience,
    url: &str,
) -> anyhow::Result<AsyncPgConnection> {
    let set = format!("SET lock_timeout = {}", patience.lock_timeout.as_millis());
    connection.batch_execute(&set).await.context("cannot limit how long a migration waits")?;
    let pid = pid(&mut connection).await.context("cannot tell which session migrates")?;
    let mut watch = None;
    for attempt in 1.. {
        let ran;
        (connection, ran) = on(connection, |harness| run(harness, name, migrations));
        let Err(error) = ran else { break };
        if !error.contains(LOCK_TIMEOUT_WORDS) {
            bail!("a migration failed: {error}");
        }
        let awaited = watch.as_ref().and_then(Watch::awaited);
        let awaited = awaited.unwrap_or_else(|| "a lock that others have".to_owned());
        if attempt >= patience.attempts {
            bail!(
                "the migration {name} was tried {attempt} times, and each time waited {:?} for {awaited}; nothing of it \
                 was done: end what has the lock, or start again later",
                patience.lock_timeout
            );
        }
        tracing::warn!(migration = name, attempt, "a migration has waited for {awaited}; it is tried again");
        if watch.is_none() {
            watch = Some(Watch::begin(connect(url).await?, pid, patience.lock_timeout));
        }
        sleep(patience.pause).await;
    }
    Ok(connection)
}

/// A migration that cannot run in a transaction builds an index: it waits for those who were there before it, for as long
/// as they take, and nobody waits for it.
async fn alone(
    mut connection: AsyncPgConnection,
    name: &str,
    migrations: &EmbeddedMigrations,
) -> anyhow::Result<AsyncPgConnection> {
    connection.batch_execute("SET lock_timeout = 0").await.context("cannot let a migration wait")?;
    remove_unfinished_indexes(&mut connection).await.context("removing what an earlier attempt has left")?;
    let (connection, ran) = on(connection, |harness| run(harness, name, migrations));
    ran.map_err(|error| anyhow!("a migration failed: {error}"))?;
    Ok(connection)
}

#[derive(diesel::QueryableByName)]
struct Had {
    #[diesel(sql_type = Bool)]
    had: bool,
}

async fn lock(connection: &mut AsyncPgConnection) -> Result<(), diesel::result::Error> {
    while !diesel::sql_query(MIGRATION_LOCK).get_result::<Had>(connection).await?.had {
        sleep(ASK).await;
    }
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct Session {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

async fn pid(connection: &mut AsyncPgConnection) -> Result<i32, diesel::result::Error> {
    let session =
        diesel::sql_query("SELECT pg_backend_pid() AS pid").get_result::<Session>(connection).await?;
    Ok(session.pid)
}

#[derive(diesel::QueryableByName)]
struct Unfinished {
    #[diesel(sql_type = Text)]
    index: String,
}

/// An index whose building was interrupted is there, is used by nobody, and is in the way of the next attempt.
async fn remove_unfinished_indexes(connection: &mut AsyncPgConnection) -> anyhow::Result<()> {
    let unfinished = diesel::sql_query(
        "SELECT indexrelid::regclass::text AS index FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid \
         WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace",
    );
    let unfinished: Vec<Unfinished> = unfinished.load(connection).await?;
    for Unfinished { index } in unfinished {
        connection.batch_execute(&format!("DROP INDEX CONCURRENTLY {index}")).await?;
    }
    Ok(())
}

struct Next {
    name: String,
    in_transaction: bool,
}

type Harness = AsyncMigrationHarness<AsyncPgConnection>;

/// Diesel's harness is not asynchronous, and owns its connection.
fn on<T>(connection: AsyncPgConnection, work: impl FnOnce(&mut Harness) -> T) -> (AsyncPgConnection, T) {
    let mut harness = Harness::new(connection);
    let outcome = work(&mut harness);
    (harness.into_inner(), outcome)
}

fn next_of(harness: &mut Harness, migrations: &EmbeddedMigrations) -> anyhow::Result<Option<Next>> {
    let pending = harness.pending_migrations(Borrowed(migrations));
    let pending = pending.map_err(|error| anyhow!("cannot tell which migrations are missing: {error}"))?;
    Ok(pending.into_iter().next().map(|first| Next {
        name: first.name().to_string(),
        in_transaction: first.metadata().run_in_transaction(),
    }))
}

/// Runs the migration `name`; an error is PostgreSQL's own words.
fn run(harness: &mut Harness, name: &str, migrations: &EmbeddedMigrations) -> Result<(), String> {
    let all = Borrowed(migrations).migrations().map_err(|error| error.to_string())?;
    let named = all.iter().find(|migration| migration.name().to_string() == name);
    let named = named.ok_or_else(|| format!("there is no migration {name}"))?;
    harness.run_migration(&**named).map(drop).map_err(|error| error.to_string())
}

struct Borrowed<'a>(&'a EmbeddedMigrations);

impl MigrationSource<Pg> for Borrowed<'_> {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<Pg>>>> {
        self.0.migrations()
    }
}

async fn connect(url: &str) -> anyhow::Result<AsyncPgConnection> {
    AsyncPgConnection::establish(url).await.context("cannot reach PostgreSQL to migrate its schema")
}
