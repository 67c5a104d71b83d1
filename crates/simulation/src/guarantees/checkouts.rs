//! 11, 12 and 16, where the saga writes: what a transaction was asked, found, and left.

use std::collections::BTreeMap;

use domain::reservation::{
    BeginPayment, Begun, PayError, Payment, ReservationState, Seen, SettleError, Settled,
};
use domain::shared::PaymentId;

use crate::world::World;

/// A payment and what its reservation was.
pub struct Before {
    payment: Payment,
    reservation: Option<ReservationState>,
}

pub fn as_it_stands(world: &World, payment: PaymentId) -> Option<Before> {
    world.stores.box_office.inspect(|stock| {
        let payment = stock.payments.get(&payment)?.payment.clone();
        let reservation = stock.reservations.get(&payment.reservation_id).map(|found| found.state);
        Some(Before { payment, reservation })
    })
}

/// 16: A payment begins only while its hold lasts.
pub fn begun(world: &World, begin: &BeginPayment, answer: &Result<Begun, PayError>) {
    let Ok(Begun::Started(payment)) = answer else { return };
    let now = world.executor.now().date();
    let reservation =
        world.stores.box_office.inspect(|stock| stock.reservations.get(&begin.reservation_id).cloned());
    if let Some(reservation) = reservation.filter(|reservation| reservation.held_until <= now) {
        world.violated(
            "16",
            format!("payment {} began after the hold {} had ended", payment.id, reservation.id),
        );
    }
}

/// 12: A stale worker cannot write. And 11: a late or repeated step after the end is a no-op.
pub fn settled(world: &World, before: Option<&Before>, fence: i64, answer: &Result<Settled, SettleError>) {
    let Some(before) = before else { return };
    let Some(after) = as_it_stands(world, before.payment.id) else { return };
    let id = before.payment.id;
    let changed = after.payment != before.payment || after.reservation != before.reservation;
    let stale = fence != before.payment.fence;
    if stale && (changed || answer.is_ok()) {
        let present = before.payment.fence;
        world.violated(
            "12",
            format!("a driver with token {fence} wrote payment {id}, whose token is {present}"),
        );
    } else if changed && before.payment.state.rests() {
        let (was, is) = (before.payment.state, after.payment.state);
        world.violated("11", format!("payment {id} had ended {was:?} and was made {is:?}"));
    }
}

pub fn fences(world: &World) -> BTreeMap<PaymentId, i64> {
    world
        .stores
        .box_office
        .inspect(|stock| stock.payments.iter().map(|(id, leased)| (*id, leased.payment.fence)).collect())
}

/// 12: Every take-over comes under a new token.
pub fn taken_over(world: &World, before: &BTreeMap<PaymentId, i64>, taken: &[Seen<Payment>]) {
    for seen in taken {
        let (id, fence) = (seen.value.id, seen.value.fence);
        if before.get(&id).is_some_and(|before| *before >= fence) {
            world.violated("12", format!("payment {id} was taken over under its old token {fence}"));
        }
    }
}
