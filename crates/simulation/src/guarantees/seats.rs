//! 1, 2, 16, 17: whose the seats are.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::reservation::{Reservation, ReservationState, SeatState};

use super::{Finding, Memory, View};

/// 1: A seat has at most one live hold or sale: what a live reservation names is its, and no other's.
pub fn one_owner_at_most(view: &View<'_>, _: &Memory) -> Finding {
    for (id, seat) in &view.stock.seats {
        if let Some(message) = points_at_its_owner(view, seat.seat.state) {
            return Some(format!("seat {id} is {:?}, but {message}", seat.seat.state));
        }
    }
    view.stock.reservations.values().find_map(|reservation| owns_its_seats(view, reservation))
}

fn points_at_its_owner(view: &View<'_>, state: SeatState) -> Finding {
    let owner = match state {
        SeatState::Available | SeatState::Blocked => return None,
        SeatState::Held { by: owner, until: _ } | SeatState::Sold { to: owner } => owner,
    };
    let Some(reservation) = view.stock.reservations.get(&owner) else {
        return Some("there is no such reservation".to_owned());
    };
    let now = reservation.state_at(view.now);
    let agrees = match state {
        SeatState::Available | SeatState::Blocked => true,
        SeatState::Held { until: None, .. } => matches!(now, ReservationState::Paying { .. }),
        SeatState::Held { until: Some(until), .. } => match now {
            ReservationState::Held => until == reservation.held_until,
            // It has lapsed, and nothing has swept it up yet.
            ReservationState::Expired => until <= view.now,
            ReservationState::Paying { .. }
            | ReservationState::Confirmed { .. }
            | ReservationState::Released
            | ReservationState::Cancelled { .. } => false,
        },
        SeatState::Sold { .. } => matches!(now, ReservationState::Confirmed { .. }),
    };
    (!agrees).then(|| format!("its reservation is {:?}", reservation.state))
}

fn owns_its_seats(view: &View<'_>, reservation: &Reservation) -> Finding {
    let id = reservation.id;
    let due = match reservation.state_at(view.now) {
        ReservationState::Held => SeatState::Held { by: id, until: Some(reservation.held_until) },
        ReservationState::Paying { .. } => SeatState::Held { by: id, until: None },
        ReservationState::Confirmed { .. } => SeatState::Sold { to: id },
        ReservationState::Released | ReservationState::Expired | ReservationState::Cancelled { .. } => {
            return None;
        }
    };
    let bereaved = view.watch.bereaved.contains(&id);
    reservation.seats.iter().find_map(|seat| {
        let state = view.stock.seats.get(&seat.id).map(|stocked| stocked.seat.state);
        let ours = state == Some(due) || bereaved && state == Some(SeatState::Blocked);
        (!ours).then(|| {
            format!("reservation {id} is {:?}, but its seat {} is {state:?}", reservation.state, seat.id)
        })
    })
}

/// 2: available + held + sold + blocked = capacity: the stock is the plan, once.
pub fn nothing_but_the_plan(view: &View<'_>, _: &Memory) -> Finding {
    let planned: usize = view.programme.performances.values().map(|it| it.draft.seats.len()).sum();
    if view.stock.seats.len() > planned {
        return Some(format!("{} seats are in stock and {planned} are planned", view.stock.seats.len()));
    }
    for (id, performance) in view.programme.performances.iter().filter(|(_, it)| it.published) {
        let missing = performance
            .draft
            .seats
            .iter()
            .find(|seat| view.stock.seats.get(&seat.id).is_none_or(|stocked| stocked.schedule_id != *id));
        if let Some(seat) = missing {
            return Some(format!("performance {id} is shown, but its seat {} is not in stock", seat.id));
        }
    }
    let mut times = BTreeSet::new();
    let twice = view.stock.sales.values().find(|sale| !times.insert((sale.concert_id, sale.starts_at)));
    twice.map(|sale| format!("performance {} is in stock twice", sale.schedule_id))
}

/// 16: A hold ends at its time, neither before nor after, and nothing moves that time.
pub fn holds_end_at_their_time(view: &View<'_>, memory: &Memory) -> Finding {
    view.stock.reservations.values().find_map(|reservation| {
        let ttl = TimeDelta::seconds(view.settings.hold.hold_ttl_seconds.into());
        if reservation.held_until != reservation.created_at + ttl {
            let until = reservation.held_until;
            return Some(format!("the hold {} of {} ends {until}", reservation.id, reservation.created_at));
        }
        let ended_early = reservation.state == ReservationState::Expired && reservation.held_until > view.now;
        let was_held = matches!(memory.reservations.get(&reservation.id), Some((ReservationState::Held, _)));
        (ended_early && was_held).then(|| format!("the hold {} ended before its time", reservation.id))
    })
}

/// 17: Live and sold seats of a fan, of one performance.
pub fn limits_of_fans(view: &View<'_>, _: &Memory) -> Finding {
    let max = usize::try_from(view.settings.hold.max_seats_per_user).unwrap_or(usize::MAX);
    view.stock.reservations.values().find_map(|one| {
        let of_fan = view.stock.reservations.values();
        let of_fan =
            of_fan.filter(|other| other.user_id == one.user_id && other.schedule_id == one.schedule_id);
        let taken: usize = of_fan.map(|other| other.seats_taken_at(view.now)).sum();
        (taken > max).then(|| format!("fan {} has {taken} seats of at most {max}", one.user_id))
    })
}
