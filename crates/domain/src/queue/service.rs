//! The use cases of the waiting room.

use std::sync::Arc;

use super::{
    AdmissionPolicy, Entry, InvalidSetting, JoinError, JoinRequest, Joined, LeaveEffect, Queue, QueueChange,
    QueueOverview, Revocations, Standing, WaitingRoom,
};
use crate::shared::{EntryId, IdGenerator, QueueId, UserId};

/// What a fan does: join, look, leave.
#[derive(Clone)]
pub struct Waiting {
    room: Arc<dyn WaitingRoom>,
    ids: Arc<dyn IdGenerator>,
}

#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    #[error("there is no such place in this queue")]
    NoSuchEntry,
    /// Paid, left, expired, or handed on.
    #[error("this place has ended")]
    Ended { status: &'static str },
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

impl Waiting {
    pub fn new(room: Arc<dyn WaitingRoom>, ids: Arc<dyn IdGenerator>) -> Self {
        Self { room, ids }
    }

    /// One place per user and queue, for any number of tabs, devices and retries.
    pub async fn join(&self, queue_id: QueueId, user_id: UserId) -> Result<Joined, JoinError> {
        self.room.join(JoinRequest { entry_id: EntryId(self.ids.next()), queue_id, user_id }).await
    }

    /// Where a live place stands; a place that has ended is an error that says how.
    pub async fn standing(&self, queue: QueueId, entry: EntryId) -> Result<Standing, EntryError> {
        let standing = self.room.standing(entry).await?.filter(|standing| standing.entry.queue_id == queue);
        let standing = standing.ok_or(EntryError::NoSuchEntry)?;
        if standing.entry.state.has_ended() {
            return Err(EntryError::Ended { status: standing.entry.state.word() });
        }
        Ok(standing)
    }

    /// Gives up the place or the slot.
    pub async fn leave(&self, queue: QueueId, entry: EntryId) -> Result<LeaveEffect, EntryError> {
        self.standing(queue, entry).await?;
        self.room.leave(entry).await?.ok_or(EntryError::NoSuchEntry)
    }
}

/// What the operator and the other services do: configure, admit, finish, yield, revoke.
#[derive(Clone)]
pub struct Admission {
    room: Arc<dyn WaitingRoom>,
    defaults: AdmissionPolicy,
}

#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("there is no such queue")]
    NoSuchQueue,
    #[error(transparent)]
    Invalid(#[from] InvalidSetting),
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

impl Admission {
    pub fn new(room: Arc<dyn WaitingRoom>, defaults: AdmissionPolicy) -> Self {
        Self { room, defaults }
    }

    /// Once at the start: the main queue, and the settings' limits for every queue that no operator has set any for.
    pub async fn establish(&self, main: QueueId) -> Result<(), QueueError> {
        let main = Queue::new(main, "Main queue".to_owned(), self.defaults.validated()?);
        Ok(self.room.establish(main).await?)
    }

    pub async fn overview(&self, queue: QueueId) -> Result<QueueOverview, QueueError> {
        self.room.overview(queue).await?.ok_or(QueueError::NoSuchQueue)
    }

    /// Creates the queue, or changes the one there is. True where it was created.
    pub async fn configure(
        &self,
        queue: QueueId,
        change: QueueChange,
    ) -> Result<(QueueOverview, bool), QueueError> {
        let template = Queue::new(queue, "Waiting room".to_owned(), self.defaults);
        self.room.configure(template, change).await
    }

    /// Fills the free slots of one queue.
    pub async fn admit(&self, queue: QueueId) -> anyhow::Result<Vec<Entry>> {
        self.room.admit(queue).await
    }

    /// Fills the free slots of every queue and says who was let in; returns how many. A queue that fails keeps no
    /// other from its turn.
    pub async fn admit_everywhere(&self, let_in: impl Fn(&Entry)) -> anyhow::Result<usize> {
        let (mut admitted, mut failed) = (0, None);
        for queue in self.room.queues().await? {
            match self.room.admit(queue).await {
                Ok(entries) => {
                    entries.iter().for_each(&let_in);
                    admitted += entries.len();
                }
                Err(error) => {
                    failed = Some(error.context(format!("filling the free slots of queue {queue}")));
                }
            }
        }
        failed.map_or(Ok(admitted), Err)
    }

    /// Ends an admission after payment; a repeated call is a no-op. True where a slot became free.
    pub async fn finish(&self, entry: EntryId) -> anyhow::Result<bool> {
        self.room.finish(entry).await
    }

    /// Hands a slot to the next in line, if anyone waits. True where a slot became free.
    pub async fn yield_slot(&self, entry: EntryId) -> anyhow::Result<bool> {
        self.room.yield_slot(entry).await
    }

    pub async fn revoked_after(&self, version: i64) -> anyhow::Result<Revocations> {
        self.room.revoked_after(version).await
    }
}
