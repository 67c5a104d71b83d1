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

/// All seats of one performance as a fan sees them, told apart from other pictures of them by a version.
///
/// A copy shares the plan, and the statuses too until one of them changes.
#[derive(Clone, Debug)]
pub struct SeatMap {
    /// Where the inventory's change log goes on.
    cursor: i64,
    /// The inventory's clock at the last report.
    as_of: DateTime<Utc>,
    version: i64,
    plan: Arc<Plan>,
    /// In the order of the plan; a hold that has lapsed is no hold here.
    statuses: Arc<Vec<SeatStatus>>,
}

#[derive(Debug)]
struct Plan {
    seats: Vec<PlannedSeat>,
    places: HashMap<SeatId, usize>,
}

impl SeatMap {
    /// A plan nothing is known about yet: its version is before every real one, and nothing is offered.
    pub fn new(seats: Vec<PlannedSeat>) -> Self {
        let places = seats.iter().enumerate().map(|(place, seat)| (seat.id, place)).collect();
        let statuses = Arc::new(vec![SeatStatus::Blocked; seats.len()]);
        let plan = Arc::new(Plan { seats, places });
        Self { cursor: 0, as_of: DateTime::UNIX_EPOCH, version: 0, plan, statuses }
    }

    /// Takes over what the inventory reports. Reports may overlap or repeat; an older one changes nothing.
    pub fn apply(&mut self, report: &SeatChanges) {
        if (report.version, report.now) < self.recency() {
            return;
        }
        let before = Arc::clone(&self.statuses);
        for (seat, status) in &report.changes {
            if let Some(place) = self.plan.places.get(seat).copied() {
                self.set(place, *status);
            }
        }
        self.lapse(report.now);
        self.cursor = report.version;
        self.as_of = report.now;
        self.renew(&before, report.now);
    }

    /// Holds lapse although the inventory has not been heard for a while: `now` is its clock as far as it is known.
    pub fn pass_time(&mut self, now: DateTime<Utc>) {
        let before = Arc::clone(&self.statuses);
        self.lapse(now);
        self.renew(&before, now);
    }

    /// Two pictures that a fan can tell apart have different versions, and the later one has the higher. It is the
    /// inventory's clock in microseconds when the seats were first seen so, or one more than the version before it.
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// Changes behind this place of the inventory's log are not in the map yet. It never falls; while commits overlap
    /// it may stand still although seats change, and it moves when other performances change.
    pub const fn cursor(&self) -> i64 {
        self.cursor
    }

    /// The inventory's clock at the last report.
    pub const fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// Orders maps of the same performance by age.
    pub const fn recency(&self) -> (i64, DateTime<Utc>) {
        (self.cursor, self.as_of)
    }

    /// Every seat with its status.
    pub fn seats(&self) -> impl Iterator<Item = LiveSeat<'_>> {
        self.plan
            .seats
            .iter()
            .zip(self.statuses.iter())
            .map(|(seat, status)| LiveSeat { seat, status: *status })
    }

    pub fn count(&self) -> SeatCount {
        let available = self.statuses.iter().filter(|status| **status == SeatStatus::Available).count();
        SeatCount { total: self.plan.seats.len(), available }
    }

    /// What a fan who knows `earlier`, a map of the same performance, has to be told.
    pub fn changes_since(&self, earlier: &Self) -> Vec<(SeatId, SeatStatus)> {
        let before = earlier.statuses.iter();
        let changed = self.seats().zip(before).filter(|(live, before)| !alike(&live.status, before));
        changed.map(|(live, _)| (live.seat.id, live.status)).collect()
    }

    fn set(&mut self, place: usize, status: SeatStatus) {
        if self.statuses.get(place) == Some(&status) {
            return;
        }
        if let Some(known) = Arc::make_mut(&mut self.statuses).get_mut(place) {
            *known = status;
        }
    }

    fn lapse(&mut self, now: DateTime<Utc>) {
        if self.statuses.iter().all(|status| status.at(now) == *status) {
            return;
        }
        for status in Arc::make_mut(&mut self.statuses) {
            *status = status.at(now);
        }
    }

    fn renew(&mut self, before: &[SeatStatus], now: DateTime<Utc>) {
        let same = self.statuses.iter().zip(before).all(|(now, before)| alike(now, before));
        if !same || self.version == 0 {
            self.version = now.timestamp_micros().max(self.version.saturating_add(1));
        }
    }
}

/// A fan is not told until when a seat is held.
fn alike(one: &SeatStatus, other: &SeatStatus) -> bool {
    discriminant(one) == discriminant(other)
}

#[cfg(test)]
mod tests;
