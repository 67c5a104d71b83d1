//! What can be asked only of a world that has come to rest.

use domain::reservation::{PaymentState, ReservationState};
use domain::wallet::{ChargeState, DebitState};

use super::{Finding, Memory, View};

/// 7: Money that was taken and not given back is the price of sold seats, and the provider's money is in the wallets.
pub fn money_and_seats_agree(view: &View<'_>, _: &Memory) -> Finding {
    let unpaid_for = view.books.debits.values().find_map(|debit| {
        let DebitState::Captured { .. } = debit.state else { return None };
        let payment = view.stock.payments.get(&debit.payment_id).map(|leased| leased.payment.state);
        if view.watch.poisoned == Some(debit.payment_id) {
            return None;
        }
        let sold = matches!(payment, Some(PaymentState::Captured { .. }));
        (!sold).then(|| format!("money is gone under {}, which is {payment:?}", debit.payment_id))
    });
    let unknown = || {
        let mut taken = view.provider.captured().into_iter();
        let unknown = taken.find(|charge| !view.books.charges.contains_key(charge));
        unknown.map(|charge| format!("the provider took money under {charge}, which is no top-up"))
    };
    unpaid_for.or_else(unknown).or_else(|| {
        view.books.charges.values().find_map(|touched| {
            let charge = &touched.charge;
            let given = matches!(charge.state, ChargeState::Captured { .. });
            let differs = view.provider.has_captured(charge.id) != given;
            differs.then(|| {
                format!("top-up {} is {:?} and the provider says otherwise", charge.id, charge.state)
            })
        })
    })
}

/// 8: Money taken and seat lost ⇒ refunded, by itself.
pub fn lost_seats_are_refunded(view: &View<'_>, _: &Memory) -> Finding {
    view.watch.bereaved.iter().find_map(|id| {
        let reservation = view.stock.reservations.get(id)?;
        let of_it = view.stock.payments.values().filter(|leased| leased.payment.reservation_id == *id);
        let mut kept = of_it.filter(|leased| {
            let taken = view.books.debits.get(&leased.payment.id).map(|debit| debit.state);
            matches!(taken, Some(DebitState::Captured { .. }))
                && view.watch.poisoned != Some(leased.payment.id)
        });
        kept.next().map(|leased| {
            format!(
                "the seats of {} are lost and payment {} was not given back",
                reservation.id, leased.payment.id
            )
        })
    })
}

/// 10: Every saga is terminal.
pub fn every_saga_has_ended(view: &View<'_>, _: &Memory) -> Finding {
    let restless = view
        .stock
        .payments
        .values()
        .find(|leased| !leased.payment.state.rests() && view.watch.poisoned != Some(leased.payment.id));
    if let Some(leased) = restless {
        return Some(format!("payment {} is still {:?}", leased.payment.id, leased.payment.state));
    }
    let pending = view.books.charges.values().find(|touched| touched.charge.state == ChargeState::Pending);
    pending.map(|touched| format!("top-up {} is still pending", touched.charge.id))
}

/// 13: Every event was delivered.
pub fn every_event_has_arrived(view: &View<'_>, _: &Memory) -> Finding {
    view.stock.outbox.first().map(|waiting| format!("event {:?} is still on its way", waiting.event))
}

/// 15: The pass of every sale has ended.
pub fn used_passes_have_ended(view: &View<'_>, _: &Memory) -> Finding {
    super::line::inside(view).find_map(|entry| {
        let mut payments = view.stock.payments.values().map(|leased| &leased.payment);
        let paid = payments.find(|payment| {
            let reservation = view.stock.reservations.get(&payment.reservation_id);
            let sold = reservation.map(|found| found.state)
                == Some(ReservationState::Confirmed { payment_id: payment.id });
            payment.pass_id == entry.id && sold
        })?;
        Some(format!("pass {} paid with {} and is still good", entry.id, paid.id))
    })
}
