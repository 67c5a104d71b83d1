//! One process owns the rooms: it alone writes, so what it remembers is what is there.

use std::time::Duration;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::shared::Unavailable;
use service_kit::postgres::{classify, statement};

use super::schema::room_owner;

/// PostgreSQL's word that takes longer will not come.
pub const SILENCE: Duration = Duration::from_secs(3);

/// The right to write, until somebody else takes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ownership {
    epoch: i64,
}

/// The database's word: whose the rooms are, and what time it is.
#[derive(Clone, Copy, QueryableByName)]
pub struct Word {
    #[diesel(sql_type = BigInt)]
    epoch: i64,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

impl Ownership {
    /// Takes the rooms over. Whoever is about to commit does so first; after that nobody but this process does.
    pub async fn take(connection: &mut AsyncPgConnection) -> anyhow::Result<Self> {
        let take = diesel::update(room_owner::table).set(room_owner::epoch.eq(room_owner::epoch + 1));
        let epoch = take.returning(room_owner::epoch).get_result(connection).await.map_err(classify)?;
        Ok(Self { epoch })
    }

    /// Shuts everybody else out until the transaction ends. The time is that at which the lock was had: the outer query
    /// reads its clock when the inner one, which locks, has given up its row.
    ///
    /// A process that hangs then has lost the row when it has lost the lock of the rooms (three seconds), so whoever takes
    /// over waits for one of them alone. No set takes that long between two of its statements; see [`Self::take_time`].
    pub async fn lock(connection: &mut AsyncPgConnection) -> Result<Word, diesel::result::Error> {
        let lock = "SELECT epoch, clock_timestamp() AS at, \
                      set_config('idle_in_transaction_session_timeout', '2000', true) \
                    FROM (SELECT epoch FROM room_owner FOR UPDATE) AS owner";
        statement(lock).get_result(connection).await
    }

    /// For a transaction that reads everything: as long as sessions have by default. A million places are forgotten between
    /// two of its statements.
    pub async fn take_time(connection: &mut AsyncPgConnection) -> Result<(), diesel::result::Error> {
        let longer = statement("SELECT set_config('idle_in_transaction_session_timeout', '5000', true)");
        longer.execute(connection).await.map(|_| ())
    }

    /// Asks without a lock.
    pub async fn ask(connection: &mut AsyncPgConnection) -> anyhow::Result<Word> {
        let ask = statement("SELECT epoch, clock_timestamp() AS at FROM room_owner");
        ask.get_result(connection).await.map_err(classify)
    }

    /// Whether the rooms are still this process's.
    pub fn check(self, word: &Word) -> anyhow::Result<()> {
        if word.epoch == self.epoch {
            return Ok(());
        }
        let Self { epoch } = self;
        let taken = anyhow!(
            "another queue-service has taken the rooms over: this one's epoch is {epoch}, theirs is {}",
            word.epoch
        );
        Err(taken.context(Unavailable("the waiting room")))
    }
}
