use async_trait::async_trait;
use domain::queue::{
    Entry, JoinError, JoinRequest, Joined, LeaveEffect, Queue, QueueChange, QueueError, QueueOverview,
    Revocations, Standing, WaitingRoom,
};
use domain::shared::{EntryId, QueueId};
use service_kit::gather::{Gathered, Gathering};
use service_kit::postgres::{Database, TransactionError};

use super::joins::Joins;
use super::{admissions, endings, places, queues};

/// One writer: whoever gives out places is alone in the queue anyway, and larger sets are what makes it fast. A thousand
/// rows are one insert of a few milliseconds; ten thousand fans may knock in the time that a few of these take.
const JOINS: Gathering = Gathering { name: "joins", writers: 1, largest_set: 1_000, queue: 10_000 };

/// The queues in the queue-service's schema. In every transaction the queue's row is locked before an entry's, and
/// the counter of revocations last, so that no two wait for each other.
pub struct PostgresWaitingRoom {
    database: Database,
    joins: Gathered<JoinRequest, Result<Joined, JoinError>>,
}

impl PostgresWaitingRoom {
    pub fn new(database: Database) -> Self {
        let joins = Gathered::new(JOINS, Joins(database.clone()));
        Self { database, joins }
    }
}

#[async_trait]
impl WaitingRoom for PostgresWaitingRoom {
    async fn join(&self, request: JoinRequest) -> Result<Joined, JoinError> {
        self.joins.carry_out(request).await?
    }

    async fn standing(&self, entry: EntryId) -> anyhow::Result<Option<Standing>> {
        places::standing(&self.database, entry).await
    }

    async fn leave(&self, entry: EntryId) -> anyhow::Result<Option<LeaveEffect>> {
        endings::leave(&self.database, entry).await
    }

    async fn finish(&self, entry: EntryId) -> anyhow::Result<bool> {
        endings::finish(&self.database, entry).await
    }

    async fn yield_slot(&self, entry: EntryId) -> anyhow::Result<bool> {
        endings::yield_slot(&self.database, entry).await
    }

    async fn admit(&self, queue: QueueId) -> anyhow::Result<Vec<Entry>> {
        admissions::admit(&self.database, queue).await
    }

    async fn establish(&self, main: Queue) -> anyhow::Result<()> {
        queues::establish(&self.database, main).await
    }

    async fn configure(
        &self,
        template: Queue,
        change: QueueChange,
    ) -> Result<(QueueOverview, bool), QueueError> {
        queues::configure(&self.database, template, change).await
    }

    async fn overview(&self, queue: QueueId) -> anyhow::Result<Option<QueueOverview>> {
        queues::overview(&self.database, queue).await
    }

    async fn queues(&self) -> anyhow::Result<Vec<QueueId>> {
        queues::all(&self.database).await
    }

    async fn revoked_after(&self, version: i64) -> anyhow::Result<Revocations> {
        endings::revoked_after(&self.database, version).await
    }
}

/// What a step inside a transaction comes to.
pub(super) type Refusable<T, E = anyhow::Error> = Result<T, TransactionError<E>>;

/// A row that cannot exist ends the transaction.
pub(super) fn inconsistent<E: From<anyhow::Error>>(error: anyhow::Error) -> TransactionError<E> {
    TransactionError::Refused(E::from(error))
}
