//! A live picture of one performance's seats, fed by the inventory's change log.

use std::collections::HashMap;
use std::mem::discriminant;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{PlannedSeat, SeatChanges};
use crate::shared::SeatId;

/// What a seat is, as far as a fan is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeatStatus {
    Available,
    /// Held until the given time of the inventory's clock, and available from then on even if nobody says so.
    Held {
        until: Option<DateTime<Utc>>,
    },
    Sold,
    /// Not for sale.
    Blocked,
}

impl SeatStatus {
    /// The status at `now`: a hold that has lapsed is no hold.
    #[must_use]
    pub fn at(self, now: DateTime<Utc>) -> Self {
        match self {
            Self::Held { until: Some(until) } if until <= now => Self::Available,
            Self::Available | Self::Held { .. } | Self::Sold | Self::Blocked => self,
        }
    }
}

/// A planned seat and its status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiveSeat<'a> {
    pub seat: &'a PlannedSeat,
    pub status: SeatStatus,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SeatCount {
    pub total: usize,
    pub available: usize,
}

/// All seats of one performance as of one version of the inventory.
///
/// A copy shares the plan, and the statuses too until one of them changes.
#[derive(Clone, Debug)]
pub struct SeatMap {
    version: i64,
    /// The inventory's clock when this version was read.
    as_of: DateTime<Utc>,
    plan: Arc<Plan>,
    /// In the order of the plan.
    statuses: Arc<Vec<SeatStatus>>,
}

#[derive(Debug)]
struct Plan {
    seats: Vec<PlannedSeat>,
    places: HashMap<SeatId, usize>,
}

impl SeatMap {
    /// A plan nothing is known about yet: its version is behind every real one, and nothing is offered.
    pub fn new(seats: Vec<PlannedSeat>) -> Self {
        let places = seats.iter().enumerate().map(|(place, seat)| (seat.id, place)).collect();
        let statuses = Arc::new(vec![SeatStatus::Blocked; seats.len()]);
        Self { version: 0, as_of: DateTime::UNIX_EPOCH, plan: Arc::new(Plan { seats, places }), statuses }
    }

    /// Takes over what the inventory reports. Reports may overlap or repeat; an older one changes nothing.
    pub fn apply(&mut self, changes: &SeatChanges) {
        if (changes.version, changes.now) < self.recency() {
            return;
        }
        for (seat, status) in &changes.changes {
            let Some(place) = self.plan.places.get(seat) else { continue };
            if self.statuses.get(*place) == Some(status) {
                continue;
            }
            if let Some(known) = Arc::make_mut(&mut self.statuses).get_mut(*place) {
                *known = *status;
            }
        }
        self.version = changes.version;
        self.as_of = changes.now;
    }

    /// Changes behind this version are not in the map yet. It never falls; while commits overlap it may stand
    /// still although seats change.
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// Orders maps of the same performance by age.
    pub const fn recency(&self) -> (i64, DateTime<Utc>) {
        (self.version, self.as_of)
    }

    /// Every seat with its status as of the inventory's clock at the last report.
    pub fn seats(&self) -> impl Iterator<Item = LiveSeat<'_>> {
        self.plan.seats.iter().zip(self.shown()).map(|(seat, status)| LiveSeat { seat, status })
    }

    pub fn count(&self) -> SeatCount {
        let available = self.shown().filter(|status| *status == SeatStatus::Available).count();
        SeatCount { total: self.plan.seats.len(), available }
    }

    /// Whether a fan sees the same seats with the same statuses in both.
    pub fn looks_like(&self, other: &Self) -> bool {
        let same_plan = Arc::ptr_eq(&self.plan, &other.plan) || self.plan.seats == other.plan.seats;
        same_plan
            && self
                .shown()
                .map(|status| discriminant(&status))
                .eq(other.shown().map(|status| discriminant(&status)))
    }

    fn shown(&self) -> impl Iterator<Item = SeatStatus> {
        self.statuses.iter().map(|status| status.at(self.as_of))
    }
}

#[cfg(test)]
mod tests;
