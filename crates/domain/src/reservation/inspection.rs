//! What those who run a sale see of it, and the one thing that they may do by hand.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Payment, PaymentState, Reservation, ReservationState, SeatState};
use crate::shared::{Money, PaymentId, ReleaseId, ReservationId, ScheduleId, SeatId, UserId};

/// How a performance sells, at one moment of the store's clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SalesFigures {
    pub seats: SeatFigures,
    pub reservations: ReservationFigures,
    pub payments: PaymentFigures,
    /// How long ago the oldest payment began whose money may or may not be taken yet.
    pub oldest_processing: Option<TimeDelta>,
    /// What the sold seats cost.
    pub sold_for: Money,
}

/// Seats, each counted once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SeatFigures {
    /// Also those whose hold has lapsed, swept up or not.
    pub available: u64,
    pub held: u64,
    /// Held, and being paid for.
    pub paying: u64,
    pub sold: u64,
    pub blocked: u64,
}

/// Reservations by state; a hold past its time has expired, swept up or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReservationFigures {
    pub held: u64,
    pub paying: u64,
    pub confirmed: u64,
    pub released: u64,
    pub expired: u64,
    pub cancelled: u64,
}

/// Payments by state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PaymentFigures {
    pub debiting: u64,
    pub voiding: u64,
    pub captured: u64,
    pub declined: u64,
    pub voided: u64,
    pub refunding: u64,
    pub refunded: u64,
}

impl SeatFigures {
    pub fn total(&self) -> u64 {
        let Self { available, held, paying, sold, blocked } = *self;
        available + held + paying + sold + blocked
    }

    /// Where a seat is counted at `now`.
    pub fn of(&mut self, seat: SeatState, now: DateTime<Utc>) -> &mut u64 {
        match seat {
            SeatState::Available => &mut self.available,
            SeatState::Held { until: Some(until), .. } if until <= now => &mut self.available,
            SeatState::Held { until: Some(_), .. } => &mut self.held,
            SeatState::Held { until: None, .. } => &mut self.paying,
            SeatState::Sold { .. } => &mut self.sold,
            SeatState::Blocked => &mut self.blocked,
        }
    }
}

impl ReservationFigures {
    /// Where a reservation in this state is counted.
    pub fn of(&mut self, state: ReservationState) -> &mut u64 {
        match state {
            ReservationState::Held => &mut self.held,
            ReservationState::Paying { .. } => &mut self.paying,
            ReservationState::Confirmed { .. } => &mut self.confirmed,
            ReservationState::Released => &mut self.released,
            ReservationState::Expired => &mut self.expired,
            ReservationState::Cancelled { .. } => &mut self.cancelled,
        }
    }
}

impl PaymentFigures {
    /// Where a payment in this state is counted.
    pub fn of(&mut self, state: PaymentState) -> &mut u64 {
        match state {
            PaymentState::Debiting => &mut self.debiting,
            PaymentState::Voiding => &mut self.voiding,
            PaymentState::Captured { .. } => &mut self.captured,
            PaymentState::Declined { .. } => &mut self.declined,
            PaymentState::Voided => &mut self.voided,
            PaymentState::Refunding => &mut self.refunding,
            PaymentState::Refunded { .. } => &mut self.refunded,
        }
    }
}

/// Which reservations of a performance are looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sought {
    pub schedule_id: ScheduleId,
    /// In this state by the store's clock; in any where absent.
    pub status: Option<ReservationStatus>,
    /// With this seat among theirs.
    pub seat: Option<SeatSought>,
}

/// The state of a reservation without what belongs to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReservationStatus {
    Held,
    Paying,
    Confirmed,
    Released,
    Expired,
    Cancelled,
}

impl ReservationStatus {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Paying => "paying",
            Self::Confirmed => "confirmed",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A seat as somebody at the box office names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeatSought {
    Id(SeatId),
    Number(u32),
}

/// A reservation with all that explains how it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspected {
    pub reservation: Reservation,
    /// The last that was begun for it, however it ended.
    pub payment: Option<Payment>,
    /// Where it was released by hand.
    pub release: Option<Release>,
}

/// Who released a hold by hand, when and why: kept for ever.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Release {
    pub id: ReleaseId,
    pub reservation_id: ReservationId,
    pub reason: ReleaseReason,
    pub by: UserId,
    pub at: DateTime<Utc>,
}

/// Why somebody takes a hold from a fan: 1 to 200 characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReleaseReason(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must have 1 to 200 characters, none of them a control character")]
pub struct InvalidReason;

impl ReleaseReason {
    const MAX_CHARACTERS: usize = 200;

    /// The reason without the blanks around it.
    pub fn new(text: &str) -> Result<Self, InvalidReason> {
        let text = text.trim();
        let fits = (1..=Self::MAX_CHARACTERS).contains(&text.chars().count());
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidReason)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An operator takes a hold from whoever has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReleaseRequest {
    /// The same id again changes nothing.
    pub release_id: ReleaseId,
    pub reservation_id: ReservationId,
    pub operator: UserId,
    pub reason: ReleaseReason,
}

#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    #[error("there is no such reservation")]
    NoSuchReservation,
    /// Money is moving: the payment ends one way or the other first, and by itself.
    #[error("a payment of this reservation is under way")]
    PaymentUnderway { payment_id: PaymentId },
    /// To cancel it is the fan's to decide.
    #[error("the seats are sold")]
    AlreadySold,
    #[error("the reservation is no longer held")]
    NotHeld { status: &'static str },
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

/// Whether a hold may be released by hand, over the locked reservation, at `now` of the store's clock. What follows is what
/// follows when its fan gives it up.
pub fn decide_release(reservation: &Reservation, now: DateTime<Utc>) -> Result<(), ReleaseError> {
    match reservation.state_at(now) {
        ReservationState::Held => Ok(()),
        ReservationState::Paying { payment_id } => Err(ReleaseError::PaymentUnderway { payment_id }),
        ReservationState::Confirmed { .. } => Err(ReleaseError::AlreadySold),
        state @ (ReservationState::Released
        | ReservationState::Expired
        | ReservationState::Cancelled { .. }) => Err(ReleaseError::NotHeld { status: state.word() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something_in_at_most_two_hundred_characters() {
        assert_eq!(ReleaseReason::new(" the fan called ").unwrap().as_str(), "the fan called");
        assert!(ReleaseReason::new(&"가".repeat(200)).is_ok());
        for nothing in ["", "  ", "a\nb", &"a".repeat(201)] {
            assert_eq!(ReleaseReason::new(nothing), Err(InvalidReason), "{nothing:?}");
        }
    }
}
