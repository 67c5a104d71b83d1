//! 5, 7, 8, 10: the checkout saga.

use chrono::TimeDelta;
use domain::reservation::{Payment, PaymentState, ReservationState, SeatState};
use domain::wallet::{ChargeState, DebitState};

use super::{Finding, Memory, View};

/// After the last fault, or its own beginning, a saga has this long to end.
pub const SAGA_SECONDS: i64 = 30;

/// 5: A payment ends in exactly one of captured, declined, refunded, voided, and stays there. The one way on is that
/// the fan of a captured one asks for the money back.
pub fn ends_absorb(view: &View<'_>, memory: &Memory) -> Finding {
    view.stock.payments.iter().find_map(|(id, leased)| {
        let (before, after) = (memory.payments.get(id)?.state, leased.payment.state);
        let kept = match before {
            PaymentState::Captured { .. } => after == before || after == PaymentState::Refunding,
            PaymentState::Declined { .. } | PaymentState::Voided | PaymentState::Refunded { .. } => {
                after == before
            }
            PaymentState::Debiting | PaymentState::Voiding | PaymentState::Refunding => true,
        };
        (!kept).then(|| format!("payment {id} was {before:?} and became {after:?}"))
    })
}

/// 7: A seat is sold ⇔ exactly one captured, unrefunded payment covers its price.
pub fn sold_means_paid(view: &View<'_>, _: &Memory) -> Finding {
    let sold = view.stock.seats.values().find_map(|stocked| {
        let SeatState::Sold { to } = stocked.seat.state else { return None };
        let reservation = view.stock.reservations.get(&to)?;
        let ReservationState::Confirmed { payment_id } = reservation.state else { return None };
        let payment = &view.stock.payments.get(&payment_id)?.payment;
        let price: i64 = reservation.seats.iter().map(|seat| seat.price.as_won()).sum();
        let paid =
            matches!(payment.state, PaymentState::Captured { .. }) && took(view, payment) == Some(price);
        let ticketed = view.stock.tickets.get(&to).map(Vec::len) == Some(reservation.seats.len());
        (!paid || !ticketed).then(|| {
            format!(
                "seat {} is sold for {price} won under payment {payment:?}, which took {:?}",
                stocked.seat.id,
                took(view, payment)
            )
        })
    });
    sold.or_else(|| {
        view.stock.payments.values().find_map(|leased| stands_for_its_money(view, &leased.payment))
    })
    .or_else(|| nobody_pays_for_nothing(view))
}

/// What the wallet has taken under a payment and not given back.
fn took(view: &View<'_>, payment: &Payment) -> Option<i64> {
    match view.books.debits.get(&payment.id)?.state {
        DebitState::Captured { amount, .. } => Some(amount.as_won()),
        DebitState::Declined { .. } | DebitState::Voided | DebitState::Refunded { .. } => None,
    }
}

fn stands_for_its_money(view: &View<'_>, payment: &Payment) -> Finding {
    let reservation = view.stock.reservations.get(&payment.reservation_id);
    let state = reservation.map(|reservation| reservation.state);
    let payment_id = payment.id;
    let right = match payment.state {
        PaymentState::Captured { .. } => state == Some(ReservationState::Confirmed { payment_id }),
        PaymentState::Debiting | PaymentState::Voiding => {
            state == Some(ReservationState::Paying { payment_id })
        }
        PaymentState::Declined { .. } | PaymentState::Voided | PaymentState::Refunded { .. } => {
            took(view, payment).is_none()
        }
        PaymentState::Refunding => state == Some(ReservationState::Cancelled { payment_id }),
    };
    (!right).then(|| {
        format!("payment {payment:?} took {:?} and its reservation is {state:?}", took(view, payment))
    })
}

fn nobody_pays_for_nothing(view: &View<'_>) -> Finding {
    view.books.debits.values().find_map(|debit| {
        let DebitState::Captured { .. } = debit.state else { return None };
        let unknown = !view.stock.payments.contains_key(&debit.payment_id);
        unknown.then(|| format!("money was taken under {}, which is no payment", debit.payment_id))
    })
}

/// 8: A payment whose seats were lost never counts as the price of them. That it is refunded is asked at rest.
pub fn a_lost_seat_is_never_sold(view: &View<'_>, _: &Memory) -> Finding {
    view.watch.bereaved.iter().find_map(|id| {
        let reservation = view.stock.reservations.get(id)?;
        let sold = matches!(reservation.state, ReservationState::Confirmed { .. });
        sold.then(|| format!("reservation {id} is confirmed although its seats were lost"))
    })
}

/// 10: The saga only moves forward, and every saga is terminal within 30 s after the last fault heals.
pub fn forward_and_in_time(view: &View<'_>, memory: &Memory) -> Finding {
    let backwards = view.stock.payments.iter().find_map(|(id, leased)| {
        let before = memory.payments.get(id)?;
        let (was, is) = (rank(before.state), rank(leased.payment.state));
        let back = is < was || leased.payment.fence < before.fence;
        back.then(|| format!("payment {id} went back from {:?} to {:?}", before.state, leased.payment.state))
    });
    backwards.or_else(|| overdue(view, memory))
}

const fn rank(state: PaymentState) -> u8 {
    match state {
        PaymentState::Debiting => 0,
        PaymentState::Voiding => 1,
        PaymentState::Captured { .. } | PaymentState::Declined { .. } | PaymentState::Voided => 2,
        PaymentState::Refunding => 3,
        PaymentState::Refunded { .. } => 4,
    }
}

fn overdue(view: &View<'_>, memory: &Memory) -> Finding {
    let late = |since| view.now - std::cmp::max(since, view.trouble_until) > TimeDelta::seconds(SAGA_SECONDS);
    let payment = memory
        .payments
        .iter()
        .find(|(id, seen)| view.watch.poisoned != Some(**id) && seen.restless_since.is_some_and(late));
    if let Some((id, seen)) = payment {
        return Some(format!("payment {id} is still {:?}", seen.state));
    }
    let charge = view
        .books
        .charges
        .values()
        .find(|touched| touched.charge.state == ChargeState::Pending && late(touched.charge.created_at));
    charge.map(|touched| format!("top-up {} is still pending", touched.charge.id))
}
