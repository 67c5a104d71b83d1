//! Concerts and their performances.

use chrono::{DateTime, Utc};

use crate::shared::{ConcertId, QueueId, ScheduleId};

/// When seats can be bought: from `opens_at` until before `closes_at`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SalesWindow {
    opens_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be after salesOpenAt")]
pub struct InvalidSalesWindow;

impl SalesWindow {
    pub fn new(opens_at: DateTime<Utc>, closes_at: DateTime<Utc>) -> Result<Self, InvalidSalesWindow> {
        if closes_at <= opens_at { Err(InvalidSalesWindow) } else { Ok(Self { opens_at, closes_at }) }
    }

    pub const fn opens_at(&self) -> DateTime<Utc> {
        self.opens_at
    }

    pub const fn closes_at(&self) -> DateTime<Utc> {
        self.closes_at
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Concert {
    pub id: ConcertId,
    pub title: String,
    pub venue: String,
    /// The waiting room in front of it.
    pub queue_id: QueueId,
    pub sales: SalesWindow,
}

/// One performance whose seats are on sale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    pub id: ScheduleId,
    pub concert_id: ConcertId,
    pub starts_at: DateTime<Utc>,
}
