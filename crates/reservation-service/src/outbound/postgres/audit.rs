//! What must always hold of seats, reservations and payments. Each change of them is one transaction, so the tables
//! agree in every snapshot.

mod checkout;
mod stock;

use service_kit::audit::{Check, IDEMPOTENCY_KEYS};

pub const CHECKS: &[Check] = &[
    stock::SEATS_HAVE_ONE_CLAIM,
    stock::SEATS_ADD_UP,
    stock::SEATS_MATCH_THEIR_RESERVATION,
    stock::RESERVATIONS_HAVE_THEIR_SEATS,
    stock::RESERVATIONS_COST_WHAT_THEIR_SEATS_COST,
    stock::FANS_STAY_WITHIN_THEIR_SEAT_LIMIT,
    stock::TICKETS_MATCH_SOLD_SEATS,
    stock::RELEASED_BY_HAND_IS_RELEASED,
    checkout::SOLD_IS_PAID_ONCE,
    checkout::PAYMENTS_MATCH_THEIR_RESERVATION,
    checkout::RESERVATIONS_MATCH_THEIR_PAYMENT,
    checkout::PAYMENTS_ARE_DRIVEN,
    checkout::EVENTS_ARE_CARRIED,
    IDEMPOTENCY_KEYS,
];
