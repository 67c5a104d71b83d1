//! Holds, purchases, cancellations and tickets against the fan's reservations.

use std::collections::BTreeSet;

use contracts::reservation::{PaymentStatus, ReservationBody};
use uuid::Uuid;

use super::{Judgement, Picture};
use crate::ledger::{Account, HoldOutcome, HoldTry, PayOutcome, SeatTicket};

pub(super) fn judge(account: &Account, picture: &Picture, judgement: &mut Judgement) {
    let mut unexplained: BTreeSet<Uuid> = picture.reservations.keys().copied().collect();
    for hold in account.holds.values() {
        if let HoldOutcome::Held { reservation_id, amount } = &hold.outcome {
            unexplained.remove(reservation_id);
            match picture.reservations.get(reservation_id) {
                Some(found) => acknowledged_hold(hold, *amount, found, judgement),
                None => judgement.lost(format!("reservation {reservation_id} of {amount} won is not there")),
            }
        }
    }
    never_answered(account, picture, unexplained, judgement);
    for reservation in picture.reservations.values() {
        outcome(account, picture, reservation, judgement);
        tickets(account, picture, reservation, judgement);
    }
}

fn seats(reservation: &ReservationBody) -> BTreeSet<Uuid> {
    reservation.seats.iter().map(|seat| seat.seat_id).collect()
}

fn acknowledged_hold(hold: &HoldTry, amount: i64, found: &ReservationBody, judgement: &mut Judgement) {
    let prices: i64 = found.seats.iter().map(|seat| seat.price).sum();
    let same = found.schedule_id == hold.schedule_id && seats(found) == hold.seats;
    if !same || found.amount != amount || prices != amount {
        judgement.contradicted(format!(
            "reservation {} of {amount} won for {:?} is one of {} won for {:?}",
            found.reservation_id,
            hold.seats,
            found.amount,
            seats(found)
        ));
    }
}

/// Reservations that no answer spoke of: each must be one attempt whose answer never came.
fn never_answered(account: &Account, picture: &Picture, found: BTreeSet<Uuid>, judgement: &mut Judgement) {
    let unknown = account.holds.values().filter(|hold| hold.outcome == HoldOutcome::Unknown);
    let mut unknown: Vec<&HoldTry> = unknown.collect();
    for id in found {
        let Some(reservation) = picture.reservations.get(&id) else { continue };
        let matches =
            |hold: &&HoldTry| hold.schedule_id == reservation.schedule_id && hold.seats == seats(reservation);
        match unknown.iter().position(matches) {
            Some(asked) => drop(unknown.swap_remove(asked)),
            None => judgement.unexplained(format!("reservation {id} of {:?}", seats(reservation))),
        }
    }
}

/// Sold exactly when paid for, given up when that was acknowledged.
fn outcome(account: &Account, picture: &Picture, reservation: &ReservationBody, judgement: &mut Judgement) {
    let (id, status) = (reservation.reservation_id, reservation.status.as_str());
    let was_paid = account.payments.values().any(|tried| {
        let captured = |known: &crate::ledger::KnownPayment| known.status == PaymentStatus::Captured;
        tried.reservation_id == id && matches!(&tried.outcome, PayOutcome::Known(known) if captured(known))
    });
    let captured: Vec<i64> = picture.captured(id).map(|payment| payment.amount).collect();
    match (status, captured.as_slice()) {
        ("paying", _) => judgement.under_way(format!("reservation {id} is being paid")),
        ("confirmed", [paid]) if *paid == reservation.amount => {}
        ("confirmed", _) => {
            judgement.contradicted(format!("reservation {id} is confirmed for payments of {captured:?}"));
        }
        (_, []) => {}
        _ => judgement
            .contradicted(format!("reservation {id} is {status}, and {captured:?} won are kept for it")),
    }
    let lost = match (account.given_up.get(&id), was_paid) {
        (None, true) => status != "confirmed",
        (Some(true), true) => status != "cancelled",
        (Some(true), false) => !matches!(status, "released" | "expired" | "cancelled"),
        (Some(false), true) => !matches!(status, "confirmed" | "cancelled"),
        (None, false) => status == "released",
        (Some(false), false) => false,
    };
    if lost {
        let given_up = if account.given_up.get(&id) == Some(&true) { "given up" } else { "not given up" };
        let paid = if was_paid { "paid for" } else { "not paid for" };
        judgement.lost(format!("reservation {id}, {paid} and {given_up}, is {status}"));
    }
}

/// A ticket for each seat that is sold, the ones that were handed out, and none for any other.
fn tickets(account: &Account, picture: &Picture, reservation: &ReservationBody, judgement: &mut Judgement) {
    let id = reservation.reservation_id;
    let Some(there) = picture.tickets.get(&id) else { return };
    let due = if reservation.status == "confirmed" { seats(reservation) } else { BTreeSet::new() };
    let on_tickets: Vec<Uuid> = there.iter().map(|ticket| ticket.seat_id).collect();
    if on_tickets.len() != due.len() || on_tickets.iter().copied().collect::<BTreeSet<_>>() != due {
        judgement.contradicted(format!(
            "reservation {id} is {}, and has tickets for {on_tickets:?}",
            reservation.status
        ));
    }
    if let Some(given) =
        account.tickets.get(&id).filter(|given| reservation.status == "confirmed" && *given != there)
    {
        let codes =
            |tickets: &[SeatTicket]| tickets.iter().map(|ticket| ticket.ticket_id).collect::<Vec<_>>();
        judgement.lost(format!("tickets {:?} of reservation {id} are now {:?}", codes(given), codes(there)));
    }
}
