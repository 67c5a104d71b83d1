use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    Entry, EntryState, LeaveEffect, Queue, QueueChange, QueueError, QueueFigures, QueueOverview, RevokedPass,
};
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
    /// When to ask again; asking in less than half of it is refused while waiting.
    pub poll_after_ms: u64,
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

/// What a poll came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Polled {
    Stands(Standing),
    TooEarly(TooEarly),
    /// There is no such entry.
    Nowhere,
}

/// The poll came this much too early.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooEarly(pub Duration);

impl TooEarly {
    /// Whole seconds, rounded up: never 0, and never again too early.
    pub fn retry_after_seconds(self) -> u64 {
        u64::try_from(self.0.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX).max(1)
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
    /// A place at the end of the line, or the live place that the fan has already. A sign of life either way.
    async fn join(&self, request: JoinRequest) -> Result<Joined, JoinError>;

    /// Where the entry stands now, whatever its state.
    async fn standing(&self, entry: EntryId) -> anyhow::Result<Option<Standing>>;

    /// Where the entry stands, asked for by whoever has its token: a sign of life. A waiting fan is refused in less than
    /// half of the time that the last answer named, and of several at once one is answered; joining gives a poll that
    /// may come at any time, and who does not wait may always ask.
    async fn poll(&self, entry: EntryId) -> anyhow::Result<Polled>;

    /// A sign of life of a waiting fan, by another way than a poll: an open stream.
    fn touch(&self, entry: EntryId);

    /// Grows with every change that somebody's standing may show; time alone is none.
    fn changes(&self) -> u64;

    /// Gives up the place or the slot; `None`: there is no such entry.
    async fn leave(&self, entry: EntryId) -> anyhow::Result<Option<LeaveEffect>>;

    /// Ends an admission after payment. True where a slot became free by it; a repeated or late call is a no-op.
    async fn finish(&self, entry: EntryId) -> anyhow::Result<bool>;

    /// Hands the slot to the next in line, if somebody waits whom no other free slot lets in: the rule that a freed
    /// seat lets the oldest fan in (requirement document 004). True where a slot became free by it.
    async fn yield_slot(&self, entry: EntryId) -> anyhow::Result<bool>;

    /// Ends admissions that have run out and the places of those who have been silent too long, turns away who waits in
    /// vain, and fills every free slot in the order of joining, passing over who is absent. Returns who was admitted.
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

    /// The overview with what has happened since the store was opened. As cheap as the overview: nothing is counted for it.
    async fn figures(&self, queue: QueueId) -> anyhow::Result<Option<QueueFigures>>;

    /// Every queue there is.
    async fn queues(&self) -> anyhow::Result<Vec<QueueId>>;

    /// Passes that ended behind `version` and would not have expired yet; all of them behind version 0.
    async fn revoked_after(&self, version: i64) -> anyhow::Result<Revocations>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_retry_is_at_least_a_second_and_never_too_short() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (5_000, 5)] {
            assert_eq!(TooEarly(Duration::from_millis(millis)).retry_after_seconds(), seconds);
        }
    }
}
