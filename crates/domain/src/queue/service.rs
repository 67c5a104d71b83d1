//! The use cases of the waiting room.

use std::sync::Arc;

use super::{
    AdmissionPolicy, Entry, InvalidSetting, JoinError, JoinRequest, Joined, LeaveEffect, Polled, Queue,
    QueueChange, QueueFigures, QueueOverview, Revocations, Standing, TooEarly, WaitingRoom,
};
use crate::shared::{EntryId, IdGenerator, QueueId, UserId};

/// What a fan does: join, look, leave.
#[derive(Clone)]
pub struct Waiting {
    room: Arc<dyn WaitingRoom>,
    ids: Arc<dyn IdGenerator>,
    poll_budget: bool,
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

/// Why a poll is not answered.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    #[error("this poll comes too early")]
    TooEarly(TooEarly),
    #[error(transparent)]
    Entry(#[from] EntryError),
}

impl Waiting {
    /// Polls that come too early are refused.
    pub fn new(room: Arc<dyn WaitingRoom>, ids: Arc<dyn IdGenerator>) -> Self {
        Self { room, ids, poll_budget: true }
    }

    /// Whether polls that come too early are refused.
    #[must_use]
    pub fn with_poll_budget(self, poll_budget: bool) -> Self {
        Self { poll_budget, ..self }
    }

    /// One place per user and queue, for any number of tabs, devices and retries.
    pub async fn join(&self, queue_id: QueueId, user_id: UserId) -> Result<Joined, JoinError> {
        self.room.join(JoinRequest { entry_id: EntryId(self.ids.next()), queue_id, user_id }).await
    }

    /// Where a live place stands; a place that has ended is an error that says how.
    pub async fn standing(&self, queue: QueueId, entry: EntryId) -> Result<Standing, EntryError> {
        live(self.room.standing(entry).await?, queue)
    }

    /// The same, asked for by the fan: a sign of life, and refused where it comes too early.
    pub async fn poll(&self, queue: QueueId, entry: EntryId) -> Result<Standing, PollError> {
        if !self.poll_budget {
            self.room.touch(entry);
            return Ok(self.standing(queue, entry).await?);
        }
        match self.room.poll(entry).await.map_err(EntryError::Unexpected)? {
            Polled::Stands(standing) => Ok(live(Some(standing), queue)?),
            Polled::TooEarly(early) => Err(PollError::TooEarly(early)),
            Polled::Nowhere => Err(EntryError::NoSuchEntry.into()),
        }
    }

    /// Where a place stands, also once it has ended: whoever follows it is told how.
    pub async fn follow(&self, entry: EntryId) -> Result<Standing, EntryError> {
        self.room.standing(entry).await?.ok_or(EntryError::NoSuchEntry)
    }

    /// A sign of life of somebody who follows their place.
    pub fn touch(&self, entry: EntryId) {
        self.room.touch(entry);
    }

    /// Grows with every change that somebody's standing may show.
    pub fn changes(&self) -> u64 {
        self.room.changes()
    }

    /// Gives up the place or the slot.
    pub async fn leave(&self, queue: QueueId, entry: EntryId) -> Result<LeaveEffect, EntryError> {
        self.standing(queue, entry).await?;
        self.room.leave(entry).await?.ok_or(EntryError::NoSuchEntry)
    }
}

fn live(standing: Option<Standing>, queue: QueueId) -> Result<Standing, EntryError> {
    let standing = standing.filter(|standing| standing.entry.queue_id == queue);
    let standing = standing.ok_or(EntryError::NoSuchEntry)?;
    if standing.entry.state.has_ended() {
        return Err(EntryError::Ended { status: standing.entry.state.word() });
    }
    Ok(standing)
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

    /// How one queue goes.
    pub async fn figures(&self, queue: QueueId) -> Result<QueueFigures, QueueError> {
        self.room.figures(queue).await?.ok_or(QueueError::NoSuchQueue)
    }

    /// How every queue goes, by id: the oldest first.
    pub async fn figures_everywhere(&self) -> anyhow::Result<Vec<QueueFigures>> {
        let mut figures = Vec::new();
        for queue in self.room.queues().await? {
            figures.extend(self.room.figures(queue).await?);
        }
        figures.sort_by_key(|queue| queue.overview.queue.id);
        Ok(figures)
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
