//! Seats as stock: which is free, which is taken, by whom, until when.

use chrono::{DateTime, Utc};

use crate::shared::{Amount, ConcertId, QueueId, ReservationId, ScheduleId, SeatId};

/// The terms under which a performance is sold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaleTerms {
    pub schedule_id: ScheduleId,
    pub concert_id: ConcertId,
    /// Only a pass for this queue opens the sale.
    pub queue_id: QueueId,
    pub starts_at: DateTime<Utc>,
    pub sales_open_at: DateTime<Utc>,
    pub sales_close_at: DateTime<Utc>,
}

/// One seat of the stock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InventorySeat {
    pub id: SeatId,
    pub number: u32,
    pub section: String,
    pub row: u32,
    pub price: Amount,
    pub state: SeatState,
}

/// Whose a seat is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeatState {
    Available,
    /// Taken until `until`; while it is being paid for, without an end (`None`).
    Held {
        by: ReservationId,
        until: Option<DateTime<Utc>>,
    },
    Sold {
        to: ReservationId,
    },
    Blocked,
}

impl SeatState {
    /// Whether a fan may take the seat at `now`: a lapsed hold stands in nobody's way, whether or not anything has
    /// swept it up.
    pub fn claimable_at(self, now: DateTime<Utc>) -> bool {
        match self {
            Self::Available => true,
            Self::Held { until: Some(until), .. } => until <= now,
            Self::Held { until: None, .. } | Self::Sold { .. } | Self::Blocked => false,
        }
    }

    /// Whether the seat is held for `reservation` and still is at `now`.
    pub fn held_for(self, reservation: ReservationId, now: DateTime<Utc>) -> bool {
        match self {
            Self::Held { by, until } => by == reservation && until.is_none_or(|until| until > now),
            Self::Available | Self::Sold { .. } | Self::Blocked => false,
        }
    }
}

/// Seats that may have changed, and the version that includes these changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeatReport {
    pub version: i64,
    /// The store's clock, by which holds lapse.
    pub now: DateTime<Utc>,
    pub changes: Vec<(SeatId, SeatState)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;

    #[test]
    fn a_seat_is_claimable_from_the_very_instant_its_hold_ends() {
        let (by, now) = (ReservationId(Uuid::from_u128(1)), DateTime::UNIX_EPOCH);
        let until = |until| SeatState::Held { by, until };
        assert!(until(Some(now)).claimable_at(now));
        assert!(!until(Some(now)).held_for(by, now));
        let later = now + TimeDelta::microseconds(1);
        assert!(!until(Some(later)).claimable_at(now));
        assert!(until(Some(later)).held_for(by, now));
    }

    #[test]
    fn a_seat_being_paid_for_never_lapses() {
        let by = ReservationId(Uuid::from_u128(1));
        let paying = SeatState::Held { by, until: None };
        assert!(!paying.claimable_at(DateTime::<Utc>::MAX_UTC));
        assert!(paying.held_for(by, DateTime::<Utc>::MAX_UTC));
        assert!(!paying.held_for(ReservationId(Uuid::from_u128(2)), DateTime::UNIX_EPOCH));
    }
}
