//! Whether seats can be held: one decision over locked rows, the same for every store.

use chrono::{DateTime, TimeDelta, Utc};

use super::{InventorySeat, Reservation, ReservationState, ReservedSeat, SaleTerms};
use crate::shared::{Amount, EntryId, QueueId, ReservationId, ScheduleId, SeatId, UserId};

/// A fan asks for seats: all of them, or none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldRequest {
    pub reservation_id: ReservationId,
    pub schedule_id: ScheduleId,
    pub user_id: UserId,
    pub pass_id: EntryId,
    pub queue_id: QueueId,
    /// Sorted and without repetition: every store locks seats in this order, so no two holds wait for each other.
    pub seat_ids: Vec<SeatId>,
    pub hold_ttl_seconds: u32,
    /// Live or sold seats that one fan may have of one performance.
    pub max_seats_per_user: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    #[error("there is no such performance")]
    NoSuchSchedule,
    /// Not seats of this performance.
    #[error("not seats of this performance")]
    UnknownSeats(Vec<SeatId>),
    #[error("the pass was given for another queue")]
    OtherQueue,
    #[error("the sale opens at {0}")]
    SaleNotOpen(DateTime<Utc>),
    #[error("the sale closed at {0}")]
    SaleClosed(DateTime<Utc>),
    #[error("seats are taken")]
    SeatsTaken(Vec<SeatId>),
    #[error("a fan may have {max} seats of a performance and has {taken}")]
    TooManySeats { max: u32, taken: usize },
    /// The id was used before for another hold.
    #[error("the reservation id belongs to another reservation")]
    OtherReservation,
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

/// What a store has locked and read for a hold.
#[derive(Clone, Debug)]
pub struct SeatClaim<'a> {
    pub terms: &'a SaleTerms,
    /// Those of the wanted seats that exist in this performance.
    pub seats: &'a [InventorySeat],
    /// Live or sold seats the fan has of this performance already.
    pub taken_by_user: usize,
    /// The store's clock, read after the locks were had.
    pub now: DateTime<Utc>,
}

/// Decides a hold. Order matters to the fan: what can never work is said before what may work later.
pub fn decide_hold(request: &HoldRequest, claim: &SeatClaim<'_>) -> Result<Reservation, HoldError> {
    let SeatClaim { terms, seats, taken_by_user, now } = *claim;
    if terms.queue_id != request.queue_id {
        return Err(HoldError::OtherQueue);
    }
    let unknown: Vec<_> =
        request.seat_ids.iter().copied().filter(|id| seats.iter().all(|seat| seat.id != *id)).collect();
    if !unknown.is_empty() || seats.is_empty() {
        return Err(HoldError::UnknownSeats(unknown));
    }
    if now < terms.sales_open_at {
        return Err(HoldError::SaleNotOpen(terms.sales_open_at));
    }
    if now >= terms.sales_close_at {
        return Err(HoldError::SaleClosed(terms.sales_close_at));
    }
    let taken: Vec<_> =
        seats.iter().filter(|seat| !seat.state.claimable_at(now)).map(|seat| seat.id).collect();
    if !taken.is_empty() {
        return Err(HoldError::SeatsTaken(taken));
    }
    let max = request.max_seats_per_user;
    if u32::try_from(taken_by_user + seats.len()).map_or(true, |wanted| wanted > max) {
        return Err(HoldError::TooManySeats { max, taken: taken_by_user });
    }
    let amount = Amount::sum(seats.iter().map(|seat| seat.price)).map_err(anyhow::Error::from)?;
    let mut seats: Vec<_> = seats.iter().map(reserved).collect();
    seats.sort_by_key(|seat| seat.number);
    Ok(Reservation {
        id: request.reservation_id,
        schedule_id: request.schedule_id,
        user_id: request.user_id,
        pass_id: request.pass_id,
        seats,
        amount,
        created_at: now,
        held_until: now + TimeDelta::seconds(request.hold_ttl_seconds.into()),
        state: ReservationState::Held,
    })
}

fn reserved(seat: &InventorySeat) -> ReservedSeat {
    let InventorySeat { id, number, section, row, price, state: _ } = seat;
    ReservedSeat { id: *id, number: *number, section: section.clone(), row: *row, price: *price }
}
