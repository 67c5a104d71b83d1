//! 9 and 16, where seats are held: what a transaction was asked, found, and said.

use domain::reservation::{HoldError, HoldRequest, Reservation, ReservationState, SeatState, Seen};

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
        (Some(_), Err(_)) | (None, _) => {}
    }
}

fn is_same(known: &Reservation, request: &HoldRequest) -> bool {
    let mut seats: Vec<_> = known.seats.iter().map(|seat| seat.id).collect();
    seats.sort_unstable();
    known.user_id == request.user_id && known.schedule_id == request.schedule_id && seats == request.seat_ids
}

/// Whether somebody has a right to the seat now: told from the reservations, not from what the seat says of itself.
fn is_taken(world: &World, seat: domain::shared::SeatId) -> bool {
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
