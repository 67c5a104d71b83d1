//! One waiting room and the operator's hand on it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::{AdmissionPolicy, EntryState, InvalidSetting, JoinError, Load};
use crate::shared::QueueId;

/// A waiting room as its operator has set it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queue {
    pub id: QueueId,
    pub name: String,
    pub state: QueueState,
    pub policy: AdmissionPolicy,
    /// True once an operator has set a limit; until then the policy is the one of the service's settings.
    pub limits_are_set: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueueState {
    /// Fans join and are admitted.
    Open,
    /// Nobody new joins and nobody is admitted; every place is kept.
    Paused,
    /// Nobody new joins; who waits is still admitted.
    Draining,
    /// Over: nobody joins, nobody is admitted, who waits is turned away; who is inside stays.
    Closed,
}

impl QueueState {
    pub const fn admits(self) -> bool {
        match self {
            Self::Open | Self::Draining => true,
            Self::Paused | Self::Closed => false,
        }
    }

    /// Whether who waits has waited in vain.
    pub const fn turns_away(self) -> bool {
        match self {
            Self::Closed => true,
            Self::Open | Self::Paused | Self::Draining => false,
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Draining => "draining",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for QueueState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for QueueState {
    type Err = anyhow::Error;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Open, Self::Paused, Self::Draining, Self::Closed]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or_else(|| anyhow::anyhow!("{word:?} is no state of a queue"))
    }
}

impl Queue {
    /// A new one: open, under the settings' policy.
    pub const fn new(id: QueueId, name: String, policy: AdmissionPolicy) -> Self {
        Self { id, name, state: QueueState::Open, policy, limits_are_set: false }
    }

    /// Whether somebody new gets a place.
    pub fn check_open(&self) -> Result<(), JoinError> {
        match self.state {
            QueueState::Open => Ok(()),
            QueueState::Paused => Err(JoinError::Paused),
            QueueState::Draining | QueueState::Closed => Err(JoinError::Closed),
        }
    }

    /// How many may be let in now.
    pub fn free_slots(&self, load: Load) -> u32 {
        if self.state.admits() { self.policy.free_slots(load) } else { 0 }
    }

    /// Whether a slot that is given up now goes to somebody else.
    pub fn is_slot_needed(&self, load: Load, waiting: u64) -> bool {
        self.state.admits() && self.policy.is_slot_needed(load, waiting)
    }

    /// The queue after a start with other settings.
    #[must_use]
    pub fn under(mut self, settings: AdmissionPolicy) -> Self {
        if !self.limits_are_set {
            self.policy = settings;
        }
        self
    }
}

/// What an operator changes; what is absent stays.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct QueueChange {
    pub name: Option<String>,
    pub state: Option<QueueState>,
    pub max_active: Option<u32>,
    /// `Some(None)` lifts the limit.
    pub admit_per_minute: Option<Option<u32>>,
    pub pass_ttl_seconds: Option<u32>,
}

impl QueueChange {
    const MAX_NAME_CHARACTERS: usize = 100;

    /// The queue after this change; refused where what it leads to makes no sense.
    pub fn apply(self, queue: Queue) -> Result<Queue, InvalidSetting> {
        let sets_limits =
            self.max_active.is_some() || self.admit_per_minute.is_some() || self.pass_ttl_seconds.is_some();
        let policy = AdmissionPolicy {
            max_active: self.max_active.unwrap_or(queue.policy.max_active),
            admit_per_minute: self.admit_per_minute.unwrap_or(queue.policy.admit_per_minute),
            pass_ttl_seconds: self.pass_ttl_seconds.unwrap_or(queue.policy.pass_ttl_seconds),
        };
        Ok(Queue {
            id: queue.id,
            name: self.name.map_or(Ok(queue.name), |name| Self::named(&name))?,
            state: self.state.unwrap_or(queue.state),
            policy: policy.validated()?,
            limits_are_set: queue.limits_are_set || sets_limits,
        })
    }

    /// The name without the blanks around it.
    fn named(name: &str) -> Result<String, InvalidSetting> {
        let name = name.trim();
        if name.is_empty()
            || name.chars().count() > Self::MAX_NAME_CHARACTERS
            || name.chars().any(char::is_control)
        {
            let message = "must have 1 to 100 characters, none of them a control character";
            return Err(InvalidSetting::new("name", message));
        }
        Ok(name.to_owned())
    }
}

/// A queue and how full it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueueOverview {
    pub queue: Queue,
    pub waiting: u64,
    pub admitted: u64,
}

/// How a queue goes: two looks, and what lies between them, are a rate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueueFigures {
    pub overview: QueueOverview,
    pub totals: QueueTotals,
    /// Since when the totals count, by the store's clock: since it was opened. Another instant than in the look before
    /// says that they have begun anew.
    pub since: DateTime<Utc>,
}

/// What has happened in a queue; each only grows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QueueTotals {
    /// Fans who were given a new place.
    pub joined: u64,
    /// Fans who were let in.
    pub admitted: u64,
    /// Admissions that ended with a payment.
    pub finished: u64,
}

impl QueueTotals {
    /// Counts what an entry has become; `before`: what it was, unless it is a new one.
    pub fn count(&mut self, before: Option<EntryState>, after: EntryState) {
        let (was_let_in, had_finished) = match before {
            None | Some(EntryState::Waiting | EntryState::Expired) => (false, false),
            Some(EntryState::Admitted { .. }) => (true, false),
            Some(EntryState::Done) => (true, true),
        };
        self.joined += u64::from(before.is_none());
        match after {
            EntryState::Admitted { .. } => self.admitted += u64::from(!was_let_in),
            EntryState::Done => {
                self.admitted += u64::from(!was_let_in);
                self.finished += u64::from(!had_finished);
            }
            EntryState::Waiting | EntryState::Expired => {}
        }
    }
}

#[cfg(test)]
mod tests;
