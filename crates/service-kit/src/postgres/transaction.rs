use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::result::Error;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, TransactionManager};

use super::failure::{classify, is_clash};
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
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send,
        E: From<anyhow::Error> + Send,
        F: AsyncFn(&mut AsyncPgConnection) -> Result<T, TransactionError<E>>
            + for<'c> Work<'c, Result<T, TransactionError<E>>>
            + Send
            + Sync,
    {
        let mut attempt = 1;
        loop {
            let mut connection = self.connection().await?;
            match attempt_once(&mut connection, &work).await {
                Ok(value) => return Ok(value),
                Err(TransactionError::Refused(refusal)) => return Err(refusal),
                Err(TransactionError::Database(error)) if attempt < ATTEMPTS && is_clash(&error) => {
                    drop(connection);
                    tokio::time::sleep(Duration::from_millis(5 * u64::from(attempt))).await;
                    attempt += 1;
                }
                Err(TransactionError::Database(error)) => return Err(E::from(classify(error))),
            }
        }
    }
}

async fn attempt_once<T, E, F>(connection: &mut AsyncPgConnection, work: &F) -> Result<T, TransactionError<E>>
where
    F: for<'c> Work<'c, Result<T, TransactionError<E>>>,
{
    type Manager = <AsyncPgConnection as AsyncConnection>::TransactionManager;
    Manager::begin_transaction(connection).await?;
    match work(connection).await {
        Ok(value) => {
            Manager::commit_transaction(connection).await?;
            Ok(value)
        }
        Err(refusal) => {
            // Where even that fails the connection is broken, and closing it rolls back.
            Manager::rollback_transaction(connection).await.ok();
            Err(refusal)
        }
    }
}
