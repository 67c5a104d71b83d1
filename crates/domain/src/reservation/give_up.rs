//! What a fan's "I do not want these seats any more" comes to.

use chrono::{DateTime, Utc};

use super::{Reservation, ReservationState};
use crate::shared::PaymentId;

/// The decision over a locked reservation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GiveUp {
    /// The hold ends now; its seats are free.
    Release,
    /// The sale is undone: seats free, tickets void, the payment refunded.
    Cancel { payment_id: PaymentId },
    /// It had ended before.
    Nothing,
}

#[derive(Debug, thiserror::Error)]
pub enum GiveUpError {
    #[error("there is no such reservation")]
    NoSuchReservation,
    /// The payment ends one way or the other first.
    #[error("a payment of this reservation is under way")]
    PaymentUnderway { payment_id: PaymentId },
    #[error("the performance began at {0}")]
    AlreadyStarted(DateTime<Utc>),
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

/// Decides at `now` of the store's clock.
pub fn decide_give_up(
    reservation: &Reservation,
    starts_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<GiveUp, GiveUpError> {
    match reservation.state_at(now) {
        ReservationState::Held => Ok(GiveUp::Release),
        ReservationState::Paying { payment_id } => Err(GiveUpError::PaymentUnderway { payment_id }),
        ReservationState::Confirmed { .. } if starts_at <= now => Err(GiveUpError::AlreadyStarted(starts_at)),
        ReservationState::Confirmed { payment_id } => Ok(GiveUp::Cancel { payment_id }),
        ReservationState::Released | ReservationState::Expired | ReservationState::Cancelled { .. } => {
            Ok(GiveUp::Nothing)
        }
    }
}
