//! 9 and 16, where seats are held: what a transaction was asked, found, and said.

use domain::reservation::{
    HoldError, HoldRequest, Reservation, ReservationState, ReservedSeat, SeatState, SeatWish, Seen,
};
use domain::shared::{ScheduleId, SeatId};

use crate::world::World;

/// After seats were asked for; `known` is the reservation of that id as it was before.
pub fn placed(
    world: &World,
    known: Option<&Reservation>,
    request: &HoldRequest,
    answer: &Result<Seen<Reservation>, HoldError>,
) {
    match (known, answer) {
        (Some(known), Ok(seen)) => {
            if !is_same(known, request) {
                let id = request.reservation_id;
                world.violated("9", format!("reservation {id} was given for another hold under its id"));
            } else if seen.value.held_until != known.held_until {
                world.violated("16", format!("asking again for {} moved its end", known.id));
            }
        }
        (Some(known), Err(HoldError::OtherReservation)) if is_same(known, request) => {
            world.violated("9", format!("asking again for {} was refused", known.id));
        }
        (None, Err(HoldError::SeatsTaken(seats))) => {
            let free = seats.iter().find(|seat| !is_taken(world, **seat));
            if let Some(seat) = free {
                world.violated("16", format!("seat {seat} was refused although its hold had ended"));
            }
        }
        (None, Ok(seen)) if !is_as_asked(&seen.value.seats, &request.seats) => {
            world.violated(
                "16",
                format!("{:?} was asked for, and held {:?}", request.seats, seen.value.seats),
            );
        }
        (None, Err(HoldError::NotSideBySide { wish, at_most })) => {
            let free = free_side_by_side(world, request.schedule_id);
            if free >= wish.quantity.get() || free != *at_most {
                world
                    .violated("16", format!("{wish:?} was refused over {at_most}, with {free} side by side"));
            }
        }
        (Some(_), Err(_)) | (None, _) => {}
    }
}

fn is_same(known: &Reservation, request: &HoldRequest) -> bool {
    let seats = match &request.seats {
        SeatWish::These(asked) => {
            let mut seats: Vec<_> = known.seats.iter().map(|seat| seat.id).collect();
            seats.sort_unstable();
            seats == *asked
        }
        SeatWish::BestAvailable(wish) => wish.is_met_by(&known.seats),
    };
    known.user_id == request.user_id && known.schedule_id == request.schedule_id && seats
}

/// Whether these seats are what was asked for: side by side in one row, where the choice was the store's.
fn is_as_asked(seats: &[ReservedSeat], wish: &SeatWish) -> bool {
    let side_by_side = |pair: &[ReservedSeat]| match pair {
        [left, right] => {
            right.number == left.number + 1 && (&left.section, left.row) == (&right.section, right.row)
        }
        _ => false,
    };
    match wish {
        SeatWish::These(asked) => asked.len() == seats.len(),
        SeatWish::BestAvailable(wish) => wish.is_met_by(seats) && seats.windows(2).all(side_by_side),
    }
}

/// The most free seats side by side; the plan has one row.
fn free_side_by_side(world: &World, schedule: ScheduleId) -> u32 {
    let seats = world.stores.box_office.inspect(|stock| {
        let seats = stock.seats.values().filter(|stocked| stocked.schedule_id == schedule);
        let mut seats: Vec<_> = seats.map(|stocked| (stocked.seat.number, stocked.seat.id)).collect();
        seats.sort_unstable();
        seats
    });
    let runs = seats.split(|(_, seat)| is_taken(world, *seat)).map(<[_]>::len);
    runs.max().and_then(|longest| u32::try_from(longest).ok()).unwrap_or(0)
}

/// Whether somebody has a right to the seat now: told from the reservations, not from what the seat says of itself.
fn is_taken(world: &World, seat: SeatId) -> bool {
    let now = world.executor.now().date();
    world.stores.box_office.inspect(|stock| {
        let blocked = stock.seats.get(&seat).is_none_or(|stocked| stocked.seat.state == SeatState::Blocked);
        blocked
            || stock.reservations.values().any(|reservation| {
                let live = match reservation.state {
                    ReservationState::Held => reservation.held_until > now,
                    ReservationState::Paying { .. } | ReservationState::Confirmed { .. } => true,
                    ReservationState::Released
                    | ReservationState::Expired
                    | ReservationState::Cancelled { .. } => false,
                };
                live && reservation.seats.iter().any(|reserved| reserved.id == seat)
            })
    })
}
