//! A fan's claim on seats: `held → paying → confirmed`, `held → released | expired`, `confirmed → cancelled`.

use chrono::{DateTime, Utc};

use super::{HoldError, HoldRequest, ReservationStatus, SeatWish};
use crate::shared::{Amount, EntryId, PaymentId, ReservationId, ScheduleId, SeatId, TicketId, UserId};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reservation {
    pub id: ReservationId,
    pub schedule_id: ScheduleId,
    pub user_id: UserId,
    /// The pass it was made with.
    pub pass_id: EntryId,
    /// By number; never empty.
    pub seats: Vec<ReservedSeat>,
    pub amount: Amount,
    pub created_at: DateTime<Utc>,
    /// When the hold ends; nothing moves it.
    pub held_until: DateTime<Utc>,
    pub state: ReservationState,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReservedSeat {
    pub id: SeatId,
    pub number: u32,
    pub section: String,
    pub row: u32,
    pub price: Amount,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReservationState {
    Held,
    /// A payment is under way; the seats stay taken until it has ended.
    Paying {
        payment_id: PaymentId,
    },
    Confirmed {
        payment_id: PaymentId,
    },
    /// Given up by the fan, or released by an operator.
    Released,
    /// The hold ran out.
    Expired,
    /// Given back after payment; the payment is refunded.
    Cancelled {
        payment_id: PaymentId,
    },
}

impl ReservationState {
    /// The state without what belongs to it.
    pub const fn status(self) -> ReservationStatus {
        match self {
            Self::Held => ReservationStatus::Held,
            Self::Paying { .. } => ReservationStatus::Paying,
            Self::Confirmed { .. } => ReservationStatus::Confirmed,
            Self::Released => ReservationStatus::Released,
            Self::Expired => ReservationStatus::Expired,
            Self::Cancelled { .. } => ReservationStatus::Cancelled,
        }
    }

    pub const fn word(self) -> &'static str {
        self.status().word()
    }
}

impl Reservation {
    /// The state at `now` of the store's clock: a hold past its time has expired, swept up or not.
    pub fn state_at(&self, now: DateTime<Utc>) -> ReservationState {
        match self.state {
            ReservationState::Held if self.held_until <= now => ReservationState::Expired,
            state @ (ReservationState::Held
            | ReservationState::Paying { .. }
            | ReservationState::Confirmed { .. }
            | ReservationState::Released
            | ReservationState::Expired
            | ReservationState::Cancelled { .. }) => state,
        }
    }

    /// A reservation id that is used again must be for the very same hold.
    pub fn check_same(&self, request: &HoldRequest) -> Result<(), HoldError> {
        let seats = match &request.seats {
            SeatWish::These(seats) => {
                let mut mine: Vec<_> = self.seats.iter().map(|seat| seat.id).collect();
                mine.sort_unstable();
                mine == *seats
            }
            // Chosen once: the choice is not made again.
            SeatWish::BestAvailable(wish) => wish.is_met_by(&self.seats),
        };
        let same = self.user_id == request.user_id && self.schedule_id == request.schedule_id && seats;
        if same { Ok(()) } else { Err(HoldError::OtherReservation) }
    }

    /// Seats that count against the fan's limit at `now`.
    pub fn seats_taken_at(&self, now: DateTime<Utc>) -> usize {
        match self.state_at(now) {
            ReservationState::Held | ReservationState::Paying { .. } | ReservationState::Confirmed { .. } => {
                self.seats.len()
            }
            ReservationState::Released | ReservationState::Expired | ReservationState::Cancelled { .. } => 0,
        }
    }
}

/// The right to one seat of a confirmed reservation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ticket {
    pub id: TicketId,
    pub seat_id: SeatId,
    pub number: u32,
}
