use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Entry, EntryState, LeaveEffect, Queue, QueueChange, QueueError, QueueOverview, RevokedPass};
use crate::shared::{EntryId, QueueId, UserId};

/// A fan asks for a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JoinRequest {
    /// The id the place gets if it is a new one.
    pub entry_id: EntryId,
    pub queue_id: QueueId,
    pub user_id: UserId,
}

/// Where a fan stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    pub entry: Entry,
    /// Fans still waiting in front; 0 unless waiting.
    pub ahead: u64,
    /// All fans waiting in this queue.
    pub waiting: u64,
    /// Admissions in this queue within the last 60 seconds.
    pub admitted_last_minute: u32,
}

impl Standing {
    /// The place in line, from 1; 0 for who does not stand in it.
    pub fn position(&self) -> u64 {
        match self.entry.state {
            EntryState::Waiting => self.ahead + 1,
            EntryState::Admitted { .. } | EntryState::Done | EntryState::Expired => 0,
        }
    }
}

/// What asking for a place came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Joined {
    pub standing: Standing,
    /// False where the fan had a place already.
    pub is_new: bool,
}

/// Why a fan gets no place.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    #[error("there is no such queue")]
    NoSuchQueue,
    #[error("the queue is paused")]
    Paused,
    /// Draining or closed.
    #[error("the sale is over")]
    Closed,
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

/// The passes that ended since a version that the asker has seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Revocations {
    pub revoked: Vec<RevokedPass>,
    /// Ask behind this one next time.
    pub version: i64,
    /// The store's clock, by which passes expire.
    pub now: DateTime<Utc>,
}

/// The queues and every place in them. Each method is one transaction; expiry is judged by the store's clock.
#[async_trait]
pub trait WaitingRoom: Send + Sync {
    /// A place at the end of the line, or the live place that the fan has already.
    async fn join(&self, request: JoinRequest) -> Result<Joined, JoinError>;

    /// Where the entry stands now, whatever its state.
    async fn standing(&self, entry: EntryId) -> anyhow::Result<Option<Standing>>;

    /// Gives up the place or the slot; `None`: there is no such entry.
    async fn leave(&self, entry: EntryId) -> anyhow::Result<Option<LeaveEffect>>;

    /// Ends an admission after payment. True where a slot became free by it; a repeated or late call is a no-op.
    async fn finish(&self, entry: EntryId) -> anyhow::Result<bool>;

    /// Hands the slot to the next in line, if somebody waits whom no other free slot lets in: the rule that a freed
    /// seat lets the oldest fan in (requirement document 004). True where a slot became free by it.
    async fn yield_slot(&self, entry: EntryId) -> anyhow::Result<bool>;

    /// Ends admissions that have run out, turns away who waits in vain, and fills every free slot in the order of
    /// joining. Returns who was admitted.
    async fn admit(&self, queue: QueueId) -> anyhow::Result<Vec<Entry>>;

    /// Creates the main queue if it is missing, and puts every queue whose limits no operator has set under its policy.
    async fn establish(&self, main: Queue) -> anyhow::Result<()>;

    /// Creates a queue, from the template, or changes the one there is. True where it was created.
    async fn configure(
        &self,
        template: Queue,
        change: QueueChange,
    ) -> Result<(QueueOverview, bool), QueueError>;

    async fn overview(&self, queue: QueueId) -> anyhow::Result<Option<QueueOverview>>;

    /// Every queue there is.
    async fn queues(&self) -> anyhow::Result<Vec<QueueId>>;

    /// Passes that ended behind `version` and would not have expired yet; all of them behind version 0.
    async fn revoked_after(&self, version: i64) -> anyhow::Result<Revocations>;
}
