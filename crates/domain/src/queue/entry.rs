//! One fan's place: `waiting → admitted → done | expired`, and `waiting → expired`.

use chrono::{DateTime, TimeDelta, Utc};

use crate::shared::{EntryId, QueueId, UserId};

/// One place in one queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub id: EntryId,
    pub queue_id: QueueId,
    pub user_id: UserId,
    /// The order of joining within the queue; unique and never reused.
    pub sequence: i64,
    pub joined_at: DateTime<Utc>,
    pub state: EntryState,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryState {
    Waiting,
    /// Inside: a pass is out for this entry until `expires_at`.
    Admitted { admitted_at: DateTime<Utc>, expires_at: DateTime<Utc> },
    /// Paid.
    Done,
    /// Left, timed out, or gave the slot to the next in line.
    Expired,
}

/// What giving up a place did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeaveEffect {
    /// A place in line is gone.
    PlaceGivenUp,
    /// A slot inside is free again.
    SlotFreed,
    /// It had ended before.
    AlreadyEnded,
}

impl EntryState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Admitted { .. } => "admitted",
            Self::Done => "done",
            Self::Expired => "expired",
        }
    }

    pub const fn has_ended(self) -> bool {
        match self {
            Self::Waiting | Self::Admitted { .. } => false,
            Self::Done | Self::Expired => true,
        }
    }
}

impl Entry {
    pub fn joined(id: EntryId, queue_id: QueueId, user_id: UserId, sequence: i64, joined_at: DateTime<Utc>) -> Self {
        Self { id, queue_id, user_id, sequence, joined_at, state: EntryState::Waiting }
    }

    /// Lets a waiting fan in; anything else stays what it is.
    #[must_use]
    pub fn admit(mut self, now: DateTime<Utc>, pass_ttl_seconds: u32) -> Self {
        if self.state == EntryState::Waiting {
            let expires_at = now + TimeDelta::seconds(pass_ttl_seconds.into());
            self.state = EntryState::Admitted { admitted_at: now, expires_at };
        }
        self
    }

    /// Ends an admitted entry after payment; anything else stays what it is.
    #[must_use]
    pub fn finish(mut self) -> Self {
        if let EntryState::Admitted { .. } = self.state {
            self.state = EntryState::Done;
        }
        self
    }

    /// Gives up the place or the slot.
    #[must_use]
    pub fn leave(mut self) -> (Self, LeaveEffect) {
        let effect = match self.state {
            EntryState::Waiting => LeaveEffect::PlaceGivenUp,
            EntryState::Admitted { .. } => LeaveEffect::SlotFreed,
            EntryState::Done | EntryState::Expired => return (self, LeaveEffect::AlreadyEnded),
        };
        self.state = EntryState::Expired;
        (self, effect)
    }

    /// The entry as it is at `now`, with an admission that has run out ended.
    #[must_use]
    pub fn at(mut self, now: DateTime<Utc>) -> Self {
        if let EntryState::Admitted { expires_at, .. } = self.state
            && expires_at <= now
        {
            self.state = EntryState::Expired;
        }
        self
    }
}
