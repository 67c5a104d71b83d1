//! 19: what was acknowledged survives.

use domain::reservation::{PaymentState, ReservationState};
use domain::wallet::ChargeState;

use super::{Finding, Memory, View};
use crate::world::Acknowledged;

/// 19: Acknowledged ⇒ survives `kill -9` of any process, the database included.
pub fn stand(view: &View<'_>, _: &Memory) -> Finding {
    let lost = view.watch.acknowledged.iter().find(|acknowledged| !stands(view, acknowledged));
    lost.map(|acknowledged| format!("{acknowledged:?} was acknowledged and is not so"))
}

fn stands(view: &View<'_>, acknowledged: &Acknowledged) -> bool {
    match acknowledged {
        Acknowledged::Wallet { user } => view.books.wallets.contains_key(user),
        Acknowledged::ToppedUp { charge, amount } => view.books.charges.get(charge).is_some_and(|touched| {
            touched.charge.amount == *amount && matches!(touched.charge.state, ChargeState::Captured { .. })
        }),
        Acknowledged::Place { entry } => view.rooms.sequences.contains_key(entry),
        Acknowledged::Held { reservation, user, until } => {
            let found = view.stock.reservations.get(reservation);
            found.is_some_and(|found| found.user_id == *user && found.held_until == *until)
        }
        Acknowledged::Paid { payment, reservation } => {
            let state = view.stock.payments.get(payment).map(|leased| leased.payment.state);
            match state {
                Some(PaymentState::Captured { .. }) => true,
                Some(PaymentState::Refunding | PaymentState::Refunded { .. }) => {
                    view.watch.cancels_asked.contains(reservation)
                }
                Some(
                    PaymentState::Debiting
                    | PaymentState::Voiding
                    | PaymentState::Declined { .. }
                    | PaymentState::Voided,
                )
                | None => false,
            }
        }
        Acknowledged::GivenUp { reservation } => {
            let state = view.stock.reservations.get(reservation).map(|found| found.state_at(view.now));
            matches!(
                state,
                Some(
                    ReservationState::Released
                        | ReservationState::Expired
                        | ReservationState::Cancelled { .. }
                )
            )
        }
    }
}
