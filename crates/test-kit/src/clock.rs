use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::shared::Clock;

/// Seconds since 1970 at which a [`ManualClock`] begins: a whole second in January 2027.
const BEGINNING: i64 = 1_800_000_000;

/// Stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    pub fn new() -> Self {
        Self(Mutex::new(DateTime::from_timestamp(BEGINNING, 0).unwrap_or_default()))
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets time pass without waiting for it: memory adapters have a [`ManualClock`]; on PostgreSQL, whose clock nobody
/// sets, the rows under test are made older instead.
#[async_trait]
pub trait TimeTravel: Send + Sync {
    async fn pass(&self, seconds: i64);
}

#[async_trait]
impl TimeTravel for ManualClock {
    async fn pass(&self, seconds: i64) {
        self.advance(TimeDelta::seconds(seconds));
    }
}
