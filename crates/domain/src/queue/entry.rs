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
    Admitted {
        admitted_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    },
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
    /// Inside from `now` on. The end is a whole second, rounded up: a pass says it in whole seconds, and both must
    /// say the same.
    pub fn admitted(now: DateTime<Utc>, pass_ttl_seconds: u32) -> Self {
        let expires_at = end_of_second(now + TimeDelta::seconds(pass_ttl_seconds.into()));
        Self::Admitted { admitted_at: now, expires_at }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Admitted { .. } => "admitted",
            Self::Done => "done",
            Self::Expired => "expired",
        }
    }

    /// Until when a pass is out for this entry.
    pub const fn pass_expires_at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Admitted { admitted_at: _, expires_at } => Some(expires_at),
            Self::Waiting | Self::Done | Self::Expired => None,
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
    pub fn joined(
        id: EntryId,
        queue_id: QueueId,
        user_id: UserId,
        sequence: i64,
        joined_at: DateTime<Utc>,
    ) -> Self {
        Self { id, queue_id, user_id, sequence, joined_at, state: EntryState::Waiting }
    }

    /// Lets a waiting fan in; anything else stays what it is.
    #[must_use]
    pub fn admit(mut self, now: DateTime<Utc>, pass_ttl_seconds: u32) -> Self {
        if self.state == EntryState::Waiting {
            self.state = EntryState::admitted(now, pass_ttl_seconds);
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

    /// Gives up the slot, if there is one; a place in line is kept.
    #[must_use]
    pub fn yield_slot(mut self) -> Self {
        if let EntryState::Admitted { .. } = self.state {
            self.state = EntryState::Expired;
        }
        self
    }

    /// Ends a place in a line that nobody is let in from any more; anything else stays what it is.
    #[must_use]
    pub fn turn_away(mut self) -> Self {
        if self.state == EntryState::Waiting {
            self.state = EntryState::Expired;
        }
        self
    }

    /// Ends the place of somebody who has been silent too long; anything else stays what it is.
    #[must_use]
    pub fn lapse(self) -> Self {
        self.turn_away()
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

    /// The pass that this entry had before and has no more, where it ended before its time.
    pub fn revoked_since(&self, before: &Self) -> Option<RevokedPass> {
        let expires_at = before.state.pass_expires_at().filter(|_| self.state.has_ended())?;
        Some(RevokedPass { entry_id: self.id, expires_at })
    }
}

/// A pass that must not be honoured any more, and when it would have expired by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RevokedPass {
    pub entry_id: EntryId,
    pub expires_at: DateTime<Utc>,
}

fn end_of_second(instant: DateTime<Utc>) -> DateTime<Utc> {
    let fraction = TimeDelta::nanoseconds(instant.timestamp_subsec_nanos().into());
    if fraction.is_zero() { instant } else { instant - fraction + TimeDelta::seconds(1) }
}

#[cfg(test)]
mod tests;
