//! Whether seats can be held: one decision over locked rows, the same for every store.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    BestAvailable, FreeSeat, FreeSeats, InventorySeat, NoChoice, Reservation, ReservationState, ReservedSeat,
    SaleTerms,
};
use crate::shared::{Amount, EntryId, QueueId, ReservationId, ScheduleId, SeatId, UserId};

/// A fan asks for seats: all of them, or none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldRequest {
    pub reservation_id: ReservationId,
    pub schedule_id: ScheduleId,
    pub user_id: UserId,
    pub pass_id: EntryId,
    pub queue_id: QueueId,
    pub seats: SeatWish,
    pub hold_ttl_seconds: u32,
    /// Live or sold seats that one fan may have of one performance.
    pub max_seats_per_user: u32,
}

/// Which seats a fan asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SeatWish {
    /// These and no others. Sorted and without repetition: every store locks seats in this order, so no two holds wait for
    /// each other.
    These(Vec<SeatId>),
    /// Whichever are the best when it is this fan's turn.
    BestAvailable(BestAvailable),
}

impl SeatWish {
    /// The seats that it names.
    pub fn named(&self) -> &[SeatId] {
        match self {
            Self::These(seats) => seats,
            Self::BestAvailable(_) => &[],
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    #[error("there is no such performance")]
    NoSuchSchedule,
    /// Not seats of this performance.
    #[error("not seats of this performance")]
    UnknownSeats(Vec<SeatId>),
    #[error("{0:?} is no section of this performance")]
    UnknownSection(String),
    #[error("the pass was given for another queue")]
    OtherQueue,
    #[error("the sale opens at {0}")]
    SaleNotOpen(DateTime<Utc>),
    #[error("the sale closed at {0}")]
    SaleClosed(DateTime<Utc>),
    #[error("seats are taken")]
    SeatsTaken(Vec<SeatId>),
    #[error("no {} seats side by side are left", wish.quantity)]
    NotSideBySide {
        wish: BestAvailable,
        /// The most that are left side by side where they were wanted.
        at_most: u32,
    },
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

/// What a store has read for a choice among the free seats.
#[derive(Clone, Debug)]
pub struct SeatChoice<'a> {
    pub terms: &'a SaleTerms,
    pub free: &'a FreeSeats,
    /// Live or sold seats the fan has of this performance already.
    pub taken_by_user: usize,
    /// The store's clock, by which they are free.
    pub now: DateTime<Utc>,
}

/// Chooses the best seats for a fan, by number; [`decide_hold`] is then asked for them.
///
/// What would be refused whatever the seats is refused here: nothing is chosen for a fan who may not have it, so that it
/// is there for the next.
pub fn choose_seats(
    request: &HoldRequest,
    wish: &BestAvailable,
    choice: &SeatChoice<'_>,
) -> Result<Vec<FreeSeat>, HoldError> {
    let SeatChoice { terms, free, taken_by_user, now } = *choice;
    check_queue(request, terms)?;
    let best = free.best(wish);
    if let Err(NoChoice::UnknownSection(section)) = best {
        return Err(HoldError::UnknownSection(section));
    }
    check_window(terms, now)?;
    check_limit(request, taken_by_user, usize::try_from(wish.quantity.get()).unwrap_or(usize::MAX))?;
    best.map_err(|none| match none {
        NoChoice::UnknownSection(section) => HoldError::UnknownSection(section),
        NoChoice::AtMost(at_most) => HoldError::NotSideBySide { wish: wish.clone(), at_most },
    })
}

/// Decides a hold. Order matters to the fan: what can never work is said before what may work later.
pub fn decide_hold(request: &HoldRequest, claim: &SeatClaim<'_>) -> Result<Reservation, HoldError> {
    let SeatClaim { terms, seats, taken_by_user, now } = *claim;
    check_queue(request, terms)?;
    let named = request.seats.named().iter().copied();
    let unknown: Vec<_> = named.filter(|id| seats.iter().all(|seat| seat.id != *id)).collect();
    if !unknown.is_empty() || seats.is_empty() {
        return Err(HoldError::UnknownSeats(unknown));
    }
    check_window(terms, now)?;
    let taken: Vec<_> =
        seats.iter().filter(|seat| !seat.state.claimable_at(now)).map(|seat| seat.id).collect();
    if !taken.is_empty() {
        return Err(HoldError::SeatsTaken(taken));
    }
    check_limit(request, taken_by_user, seats.len())?;
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

fn check_queue(request: &HoldRequest, terms: &SaleTerms) -> Result<(), HoldError> {
    if terms.queue_id == request.queue_id { Ok(()) } else { Err(HoldError::OtherQueue) }
}

fn check_window(terms: &SaleTerms, now: DateTime<Utc>) -> Result<(), HoldError> {
    if now < terms.sales_open_at {
        return Err(HoldError::SaleNotOpen(terms.sales_open_at));
    }
    if now >= terms.sales_close_at {
        return Err(HoldError::SaleClosed(terms.sales_close_at));
    }
    Ok(())
}

fn check_limit(request: &HoldRequest, taken: usize, wanted: usize) -> Result<(), HoldError> {
    let max = request.max_seats_per_user;
    let within = u32::try_from(taken.saturating_add(wanted)).is_ok_and(|seats| seats <= max);
    if within { Ok(()) } else { Err(HoldError::TooManySeats { max, taken }) }
}

fn reserved(seat: &InventorySeat) -> ReservedSeat {
    let InventorySeat { id, number, section, row, price, state: _ } = seat;
    ReservedSeat { id: *id, number: *number, section: section.clone(), row: *row, price: *price }
}
