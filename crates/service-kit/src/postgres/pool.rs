use std::time::Duration;

use anyhow::Context;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::bb8::{Pool, PooledConnection, RunError};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use domain::shared::Unavailable;
use futures_util::FutureExt;

use super::failure::classify;
use crate::settings::DatabaseSettings;

/// A connection out of the pool, given back when dropped.
pub type Connection<'a> = PooledConnection<'a, AsyncPgConnection>;

/// The database of one service, under its own role.
#[derive(Clone)]
pub struct Database {
    pool: Pool<AsyncPgConnection>,
}

impl Database {
    /// Connects; an error names the server but never the password.
    pub async fn connect(settings: &DatabaseSettings) -> anyhow::Result<Self> {
        let url = settings.url.reveal()?;
        anyhow::ensure!(!url.is_empty(), "no database is set: set DATABASE_URL, or use `boxoffice up`");
        let server = server_of(&url);
        let mut config = ManagerConfig::default();
        let session = session_settings(settings);
        config.custom_setup = Box::new(move |url| {
            let session = session.clone();
            async move { connect(url, &session).await }.boxed()
        });
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(&url, config);
        connect(&url, "").await.with_context(|| format!("cannot reach PostgreSQL at {server}"))?;
        let pool = Pool::builder()
            .max_size(settings.pool_size)
            .connection_timeout(Duration::from_millis(settings.acquire_timeout_ms))
            .test_on_check_out(false)
            .build(manager)
            .await
            .with_context(|| format!("cannot reach PostgreSQL at {server}"))?;
        Ok(Self { pool })
    }

    /// A connection, or [`Unavailable`] when none came free in time: the caller answers 503.
    pub async fn connection(&self) -> anyhow::Result<Connection<'_>> {
        self.pool.get().await.map_err(|error| match error {
            RunError::TimedOut => anyhow::Error::msg("no connection came free in time").context(Unavailable("the database")),
            RunError::User(error) => anyhow::Error::new(error).context(Unavailable("the database")),
        })
    }
}

impl Database {
    /// Whether the database answers.
    pub async fn ping(&self) -> anyhow::Result<()> {
        self.connection().await?.batch_execute("SELECT 1").await.map_err(classify)
    }
}

async fn connect(url: &str, session: &str) -> ConnectionResult<AsyncPgConnection> {
    let mut connection = AsyncPgConnection::establish(url).await?;
    if !session.is_empty() {
        connection.batch_execute(session).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    }
    Ok(connection)
}

/// What every session is told: nobody waits for a lock, or keeps one, without end; and a client that is gone is
/// noticed within a second.
fn session_settings(settings: &DatabaseSettings) -> String {
    format!(
        "SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; SET client_connection_check_interval = 1000; SET TIME ZONE 'UTC'",
        settings.lock_timeout_ms, settings.idle_in_transaction_timeout_ms,
    )
}

/// `host:port/database` of a connection URL.
fn server_of(url: &str) -> String {
    url::Url::parse(url).map_or_else(
        |_| "the given address (it is no URL)".to_owned(),
        |url| format!("{}:{}{}", url.host_str().unwrap_or("localhost"), url.port().unwrap_or(5432), url.path()),
    )
}
