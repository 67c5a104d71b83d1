use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
    /// With the password: shown to nobody.
    url: Arc<str>,
    progress: Arc<Progress>,
    /// With no connection handed out for so long, the pool is stuck rather than busy.
    stall_timeout: Duration,
}

/// When a connection was last handed out.
struct Progress {
    since: Instant,
    last_handed_out_ms: AtomicU64,
}

impl Progress {
    fn now_ms(&self) -> u64 {
        // Half a billion years fit.
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn handed_out(&self) {
        self.last_handed_out_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    fn idle(&self, asked_ms: u64) -> Duration {
        idle(self.now_ms(), self.last_handed_out_ms.load(Ordering::Relaxed), asked_ms)
    }
}

/// How long nothing has been handed out to whoever asked at `asked_ms`: what went before is none of theirs.
fn idle(now_ms: u64, last_handed_out_ms: u64, asked_ms: u64) -> Duration {
    Duration::from_millis(now_ms.saturating_sub(last_handed_out_ms.max(asked_ms)))
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
            .connection_timeout(Duration::from_millis(settings.max_wait_ms))
            .test_on_check_out(false)
            .build(manager)
            .await
            .with_context(|| format!("cannot reach PostgreSQL at {server}"))?;
        let progress = Arc::new(Progress { since: Instant::now(), last_handed_out_ms: AtomicU64::new(0) });
        Ok(Self {
            pool,
            url: url.into(),
            progress,
            stall_timeout: Duration::from_millis(settings.acquire_timeout_ms),
        })
    }

    /// A connection, in the order of asking. [`Unavailable`], for a 503, where the pool is stuck: a burst that is
    /// being worked off is waited for, a pool that hands out nothing is given up within the acquire timeout.
    pub async fn connection(&self) -> anyhow::Result<Connection<'_>> {
        let asked_ms = self.progress.now_ms();
        let waiting = self.pool.get();
        tokio::pin!(waiting);
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = &mut waiting => break outcome,
                () = tokio::time::sleep(self.stall_timeout / 4) => {
                    if self.progress.idle(asked_ms) >= self.stall_timeout {
                        break Err(RunError::TimedOut);
                    }
                }
            }
        };
        let error = match outcome {
            Ok(connection) => {
                self.progress.handed_out();
                return Ok(connection);
            }
            Err(RunError::TimedOut) => anyhow::Error::msg("no connection came free in time"),
            Err(RunError::User(error)) => anyhow::Error::new(error),
        };
        Err(error.context(Unavailable("the database")))
    }
}

impl Database {
    /// A session of the caller's own, for what lasts as long as a session does; `settings` are its `SET`s. However quiet
    /// it is, a server that is gone is noticed within three seconds.
    pub async fn session(&self, settings: &str) -> anyhow::Result<AsyncPgConnection> {
        let session = tokio::time::timeout(SESSION_DEADLINE, connect(&watchful(&self.url), settings)).await;
        let session = session.map_err(|_elapsed| anyhow::anyhow!("no session came about in time"));
        let session = session.and_then(|session| session.map_err(anyhow::Error::new));
        session.map_err(|error| error.context(Unavailable("the database")))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> anyhow::Result<()> {
        self.connection().await?.batch_execute("SELECT 1").await.map_err(classify)
    }
}

/// For a session with its settings.
const SESSION_DEADLINE: Duration = Duration::from_secs(3);

/// Asks a quiet server every second whether it is there. Over a socket file nothing needs asking.
fn watchful(url: &str) -> String {
    let Ok(mut watchful) = url::Url::parse(url) else { return url.to_owned() };
    let seconds = [("keepalives_idle", "1"), ("keepalives_interval", "1"), ("tcp_user_timeout", "3")];
    watchful.query_pairs_mut().extend_pairs(seconds).append_pair("keepalives_retries", "2");
    watchful.into()
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
///
/// Rows are found by an index wherever there is one: a statement is planned when its tables are empty, as they are at the
/// start of a sale, and would go on reading all of a table that has grown (5 ms to find that a hold is new, among 30,000).
/// So it is with joins: a set of ours names its rows by key, and one changed place was looked for among all who wait.
/// Nor is any statement worth being compiled.
fn session_settings(settings: &DatabaseSettings) -> String {
    [
        format!("SET lock_timeout = {}", settings.lock_timeout_ms),
        format!("SET idle_in_transaction_session_timeout = {}", settings.idle_in_transaction_timeout_ms),
        "SET client_connection_check_interval = 1000".to_owned(),
        "SET enable_seqscan = off".to_owned(),
        "SET enable_hashjoin = off".to_owned(),
        "SET enable_mergejoin = off".to_owned(),
        "SET jit = off".to_owned(),
        "SET TIME ZONE 'UTC'".to_owned(),
    ]
    .join("; ")
}

/// `host:port/database` of a connection URL.
fn server_of(url: &str) -> String {
    url::Url::parse(url).map_or_else(
        |_| "the given address (it is no URL)".to_owned(),
        |url| {
            format!("{}:{}{}", url.host_str().unwrap_or("localhost"), url.port().unwrap_or(5432), url.path())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_that_goes_on_handing_out_is_busy_and_not_stuck() {
        let asked_ms = 1_000;
        // Others are served all the while: however long we wait, nothing stands still.
        assert_eq!(idle(9_000, 8_990, asked_ms), Duration::from_millis(10));
        // Nobody has been served since we asked.
        assert_eq!(idle(1_250, 400, asked_ms), Duration::from_millis(250));
        // A clock read before another's hand-out was written.
        assert_eq!(idle(1_000, 1_001, asked_ms), Duration::ZERO);
    }
}
