use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::result::Error;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, TransactionManager};
use tokio::time::{Instant, sleep};

use super::failure::{classify, is_broken, is_clash};
use super::pool::Database;

/// What ends a transaction: the database, or a decision (which rolls back too).
#[derive(Debug)]
pub enum TransactionError<E> {
    Database(Error),
    Refused(E),
}

impl<E> From<Error> for TransactionError<E> {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

diesel::define_sql_function! {
    /// The database's clock at this very moment, not at the start of the transaction: a decision that waited for
    /// a lock is made by the time at which it had the lock.
    fn clock_timestamp() -> diesel::sql_types::Timestamptz;
}

/// The database's clock.
pub async fn now(connection: &mut AsyncPgConnection) -> Result<DateTime<Utc>, Error> {
    diesel::select(clock_timestamp()).get_result(connection).await
}

/// How often a transaction that clashed with another is tried in all.
const ATTEMPTS: u32 = 4;
/// How long the outcome of a commit that got no answer is asked for: a PostgreSQL that was killed is back by then, and
/// it is less than any lease, so that nobody else has taken the work over meanwhile.
const READ_BACK: Duration = Duration::from_secs(5);
/// The first pause between two attempts; doubled each time.
const PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(320);

/// How an attempt failed.
enum Failure<E> {
    /// A decision, which rolled it back.
    Refused(E),
    /// It was rolled back for having met another transaction.
    Clash(Error),
    /// The connection broke at the commit: done or not, only the database knows.
    Unknown(Error),
    /// It was rolled back, or never began.
    Undone(anyhow::Error),
}

/// What runs inside a transaction: an async closure over the connection, whose future can be sent between threads.
///
/// `AsyncFn` alone cannot say that its future is `Send`; this bound beside it does.
pub trait Work<'c, T>: Fn(&'c mut AsyncPgConnection) -> <Self as Work<'c, T>>::Running {
    type Running: Future<Output = T> + Send;
}

impl<'c, T, F, Running> Work<'c, T> for F
where
    F: Fn(&'c mut AsyncPgConnection) -> Running,
    Running: Future<Output = T> + Send,
{
    type Running = Running;
}

impl Database {
    /// Runs one transaction, again if it clashed with another (serialization failure, deadlock), at most
    /// four times with growing pauses. `E` is the caller's refusal; anything of the database's own becomes its
    /// `Unexpected`.
    ///
    /// A commit that got no answer is *unknown*, not failed. Every transaction of ours recognises the id that it works
    /// under: run again on another connection it finds its own effect and answers with it, or takes effect now.
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send,
        E: From<anyhow::Error> + Send,
        F: AsyncFn(&mut AsyncPgConnection) -> Result<T, TransactionError<E>>
            + for<'c> Work<'c, Result<T, TransactionError<E>>>
            + Send
            + Sync,
    {
        let (mut clashes, mut pause, mut read_back_until) = (0, PAUSE, None);
        loop {
            let failure = match self.attempt(&work).await {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            let error = match failure {
                Failure::Refused(refusal) => return Err(refusal),
                Failure::Clash(error) => {
                    clashes += 1;
                    if clashes >= ATTEMPTS {
                        return Err(E::from(classify(error)));
                    }
                    None
                }
                Failure::Unknown(error) => {
                    read_back_until.get_or_insert_with(|| Instant::now() + READ_BACK);
                    Some(classify(error))
                }
                Failure::Undone(error) => Some(error),
            };
            if let Some(error) = error
                && read_back_until.is_none_or(|until| Instant::now() >= until)
            {
                return Err(E::from(error));
            }
            sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    async fn attempt<T, E, F>(&self, work: &F) -> Result<T, Failure<E>>
    where
        F: for<'c> Work<'c, Result<T, TransactionError<E>>>,
    {
        let mut connection = self.connection().await.map_err(Failure::Undone)?;
        attempt_once(&mut connection, work).await
    }
}

async fn attempt_once<T, E, F>(connection: &mut AsyncPgConnection, work: &F) -> Result<T, Failure<E>>
where
    F: for<'c> Work<'c, Result<T, TransactionError<E>>>,
{
    type Manager = <AsyncPgConnection as AsyncConnection>::TransactionManager;
    let undone =
        |error| if is_clash(&error) { Failure::Clash(error) } else { Failure::Undone(classify(error)) };
    Manager::begin_transaction(connection).await.map_err(undone)?;
    match work(connection).await {
        Ok(value) => match Manager::commit_transaction(connection).await {
            Ok(()) => Ok(value),
            Err(error) if is_broken(&error) => Err(Failure::Unknown(error)),
            Err(error) => Err(undone(error)),
        },
        Err(failure) => {
            // Where even that fails the connection is broken, and closing it rolls back.
            Manager::rollback_transaction(connection).await.ok();
            Err(match failure {
                TransactionError::Refused(refusal) => Failure::Refused(refusal),
                TransactionError::Database(error) => undone(error),
            })
        }
    }
}
