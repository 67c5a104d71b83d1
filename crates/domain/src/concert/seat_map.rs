//! A live picture of one performance's seats, fed by the inventory's change log.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{PlannedSeat, SeatChanges};
use crate::shared::SeatId;

/// What a seat is, as far as a fan is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeatStatus {
    Available,
    /// Held until the given time of the inventory's clock, and available from then on even if nobody says so.
    Held { until: Option<DateTime<Utc>> },
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

    pub const fn word(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Held { .. } => "held",
            Self::Sold => "sold",
            Self::Blocked => "blocked",
        }
    }
}

/// A planned seat and its status.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiveSeat {
    pub seat: PlannedSeat,
    pub status: SeatStatus,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SeatCount {
    pub total: usize,
    pub available: usize,
}

/// All seats of one performance as of one version of the inventory.
#[derive(Clone, Debug)]
pub struct SeatMap {
    version: i64,
    /// The inventory's clock when this version was read.
    as_of: DateTime<Utc>,
    seats: Vec<LiveSeat>,
    index: HashMap<SeatId, usize>,
}

impl SeatMap {
    /// A plan nothing is known about yet: its version is behind every real one, and nothing is offered.
    pub fn new(plan: Vec<PlannedSeat>) -> Self {
        let index = plan.iter().enumerate().map(|(place, seat)| (seat.id, place)).collect();
        let seats = plan.into_iter().map(|seat| LiveSeat { seat, status: SeatStatus::Blocked }).collect();
        Self { version: 0, as_of: DateTime::UNIX_EPOCH, seats, index }
    }

    /// Takes over what the inventory reports. Reports may overlap or repeat; an older one changes nothing.
    pub fn apply(&mut self, changes: &SeatChanges) {
        if (changes.version, changes.now) < self.recency() {
            return;
        }
        for (seat, status) in &changes.changes {
            let live = self.index.get(seat).and_then(|place| self.seats.get_mut(*place));
            if let Some(live) = live {
                live.status = *status;
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
    pub fn seats(&self) -> impl Iterator<Item = LiveSeat> + '_ {
        self.seats.iter().map(|live| LiveSeat { seat: live.seat.clone(), status: live.status.at(self.as_of) })
    }

    pub fn count(&self) -> SeatCount {
        let available = self.seats.iter().filter(|live| live.status.at(self.as_of) == SeatStatus::Available).count();
        SeatCount { total: self.seats.len(), available }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::Amount;
    use chrono::TimeDelta;
    use uuid::Uuid;

    fn seat(number: u32) -> PlannedSeat {
        let (section, price) = ("Floor".to_owned(), Amount::new(1).unwrap());
        PlannedSeat { id: SeatId(Uuid::from_u128(number.into())), number, section, row: 1, x: 0, y: 0, price }
    }

    fn report(version: i64, now: DateTime<Utc>, changes: Vec<(u32, SeatStatus)>) -> SeatChanges {
        let changes = changes.into_iter().map(|(n, status)| (SeatId(Uuid::from_u128(n.into())), status)).collect();
        SeatChanges { version, now, changes }
    }

    #[test]
    fn a_hold_past_its_time_is_shown_as_available() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let mut map = SeatMap::new(vec![seat(1), seat(2)]);
        let held = SeatStatus::Held { until: Some(now + TimeDelta::seconds(1)) };
        map.apply(&report(5, now, vec![(1, held), (2, SeatStatus::Sold)]));
        assert_eq!(map.count(), SeatCount { total: 2, available: 0 });
        map.apply(&report(5, now + TimeDelta::seconds(1), vec![]));
        assert_eq!(map.count().available, 1);
    }

    #[test]
    fn an_older_report_changes_nothing() {
        let now = DateTime::UNIX_EPOCH;
        let mut map = SeatMap::new(vec![seat(1)]);
        map.apply(&report(7, now, vec![(1, SeatStatus::Sold)]));
        map.apply(&report(6, now, vec![(1, SeatStatus::Available)]));
        assert_eq!((map.version(), map.count().available), (7, 0));
    }
}
