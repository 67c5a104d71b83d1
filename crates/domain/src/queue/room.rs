//! One waiting room and the operator's hand on it.

use std::fmt;
use std::str::FromStr;

use super::{AdmissionPolicy, InvalidPolicy};
use crate::shared::QueueId;

/// A waiting room as its operator has set it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queue {
    pub id: QueueId,
    pub name: String,
    pub state: QueueState,
    pub policy: AdmissionPolicy,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueueState {
    /// Fans join and are admitted.
    Open,
    /// Nobody new joins and nobody is admitted; every place is kept.
    Paused,
    /// Nobody new joins; who waits is still admitted.
    Draining,
    /// Over: nobody joins, nobody is admitted.
    Closed,
}

impl QueueState {
    pub const fn admits(self) -> bool {
        match self {
            Self::Open | Self::Draining => true,
            Self::Paused | Self::Closed => false,
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
    /// The queue after this change; refused where the policy it leads to makes no sense.
    pub fn apply(self, queue: Queue) -> Result<Queue, InvalidPolicy> {
        let policy = AdmissionPolicy {
            max_active: self.max_active.unwrap_or(queue.policy.max_active),
            admit_per_minute: self.admit_per_minute.unwrap_or(queue.policy.admit_per_minute),
            pass_ttl_seconds: self.pass_ttl_seconds.unwrap_or(queue.policy.pass_ttl_seconds),
        };
        Ok(Queue {
            id: queue.id,
            name: self.name.unwrap_or(queue.name),
            state: self.state.unwrap_or(queue.state),
            policy: policy.validated()?,
        })
    }
}

/// A queue and how full it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueueOverview {
    pub queue: Queue,
    pub waiting: u64,
    pub admitted: u64,
}
