//! Writing past the rules: small pieces that the wrong adapters have in common.

use chrono::{DateTime, Utc};
use domain::adapters::memory::Stock;
use domain::reservation::{Reservation, SeatState};

/// Puts the seats of a reservation into a state, whoever they belong to.
pub fn set_seats(stock: &mut Stock, reservation: &Reservation, state: SeatState) {
    stock.version += 1;
    let version = stock.version;
    for reserved in &reservation.seats {
        if let Some(stocked) = stock.seats.get_mut(&reserved.id) {
            stocked.seat.state = state;
            stocked.changed_in = version;
        }
    }
}

/// Writes a hold as it was decided, whatever has become of its seats meanwhile.
pub fn write_hold(stock: &mut Stock, reservation: &Reservation) {
    let state = SeatState::Held { by: reservation.id, until: Some(reservation.held_until) };
    set_seats(stock, reservation, state);
    stock.reservations.insert(reservation.id, reservation.clone());
}

/// Frees the seats that are still this reservation's.
pub fn free_seats(stock: &mut Stock, reservation: &Reservation) {
    stock.version += 1;
    let version = stock.version;
    for reserved in &reservation.seats {
        let Some(stocked) = stock.seats.get_mut(&reserved.id) else { continue };
        let ours = match stocked.seat.state {
            SeatState::Held { by, until: _ } => by == reservation.id,
            SeatState::Sold { to } => to == reservation.id,
            SeatState::Available | SeatState::Blocked => false,
        };
        if ours {
            stocked.seat.state = SeatState::Available;
            stocked.changed_in = version;
        }
    }
}

/// Seats that a fan has of a performance.
pub fn taken_by(stock: &Stock, one: &domain::reservation::HoldRequest, now: DateTime<Utc>) -> usize {
    let reservations = stock.reservations.values();
    let of_fan =
        reservations.filter(|other| other.user_id == one.user_id && other.schedule_id == one.schedule_id);
    of_fan.map(|other| other.seats_taken_at(now)).sum()
}
