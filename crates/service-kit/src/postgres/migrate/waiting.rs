//! What a migration waits for, seen from another session: PostgreSQL says that a lock was not to be had, and not which.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::sql_types::{Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

/// Looks at what a session waits for until it is dropped.
pub struct Watch {
    seen: Arc<Mutex<Option<String>>>,
    _looking: AbortOnDropHandle<()>,
}

#[derive(diesel::QueryableByName)]
struct Awaited {
    #[diesel(sql_type = Text)]
    awaited: String,
}

/// The lock that a session has not got, and who has it or has asked before.
const AWAITED: &str = "SELECT format('a lock (%s) of %s: %s', wanted.mode, \
        coalesce(wanted.relation::regclass::text, wanted.locktype), \
        coalesce(string_agg(format('session %s has it (%s since %s: %s)', other.pid, other.state, \
            other.xact_start::timestamp(0), left(other.query, 200)), ', '), 'nobody has it any more')) AS awaited \
    FROM pg_locks AS wanted \
    LEFT JOIN pg_stat_activity AS other ON other.pid IN (SELECT unnest(pg_blocking_pids($1))) \
    WHERE wanted.pid = $1 AND NOT wanted.granted GROUP BY wanted.mode, wanted.relation, wanted.locktype LIMIT 1";

impl Watch {
    /// Several looks fit into `lock_timeout`.
    pub fn begin(mut connection: AsyncPgConnection, pid: i32, lock_timeout: Duration) -> Self {
        let seen = Arc::new(Mutex::new(None));
        let looked = Arc::clone(&seen);
        let looking = tokio::spawn(async move {
            loop {
                sleep(lock_timeout / 8).await;
                let look = diesel::sql_query(AWAITED).bind::<Integer, _>(pid);
                // Who cannot look says nothing: the migration goes on without.
                let Ok(rows) = look.load::<Awaited>(&mut connection).await else { return };
                if let Some(Awaited { awaited }) = rows.into_iter().next() {
                    *looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(awaited);
                }
            }
        });
        Self { seen, _looking: AbortOnDropHandle::new(looking) }
    }

    /// What was awaited last; none: nothing was seen yet.
    pub fn awaited(&self) -> Option<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
