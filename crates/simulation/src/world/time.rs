use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use domain::shared::{Clock, IdGenerator};
use uuid::Uuid;

use crate::executor::Executor;

/// The clock of a machine: the virtual time, and how far it is off.
pub struct SkewedClock {
    executor: Executor,
    ahead: TimeDelta,
}

impl SkewedClock {
    pub fn new(executor: Executor, ahead: TimeDelta) -> Self {
        Self { executor, ahead }
    }
}

impl Clock for SkewedClock {
    fn now(&self) -> DateTime<Utc> {
        let now = self.executor.now().date();
        if self.ahead.is_zero() { now } else { now + self.ahead }
    }
}

/// Ids counted from 1, so that they are in the order of their making and easy to read.
#[derive(Default)]
pub struct CountedIds(AtomicU64);

impl IdGenerator for CountedIds {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed)) + 1)
    }
}

/// The number of a counted id, for the trace.
pub fn number(id: Uuid) -> u64 {
    u64::try_from(id.as_u128()).unwrap_or(u64::MAX)
}
