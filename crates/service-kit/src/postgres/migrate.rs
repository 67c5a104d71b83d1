use anyhow::{Context, anyhow};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use crate::settings::DatabaseSettings;

/// Several replicas may start at once: one migrates, the others wait. The number is arbitrary; the lock is held
/// per database, so each service has its own, made of its name.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_lock(hashtext('boxoffice migrations ' || current_user))";

/// Runs the migrations that this database has not seen yet; returns how many.
pub async fn migrate(settings: &DatabaseSettings, migrations: EmbeddedMigrations) -> anyhow::Result<usize> {
    let mut connection = AsyncPgConnection::establish(&settings.url.reveal()?)
        .await
        .context("cannot reach PostgreSQL to migrate its schema")?;
    diesel::sql_query(MIGRATION_LOCK)
        .execute(&mut connection)
        .await
        .context("cannot take the migration lock")?;
    // The lock goes with the connection.
    let mut harness = AsyncMigrationHarness::new(connection);
    let applied =
        harness.run_pending_migrations(migrations).map_err(|error| anyhow!("a migration failed: {error}"))?;
    Ok(applied.len())
}
