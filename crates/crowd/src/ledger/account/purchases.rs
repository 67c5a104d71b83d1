//! Money, holds, payments and tickets.

use std::collections::btree_map::Entry;

use contracts::reservation::PaymentStatus;
use uuid::Uuid;

use super::{Account, Belied, ChargeTry, HoldOutcome, HoldTry, PayOutcome, PayTry};
use crate::ledger::event::SeatTicket;

impl Account {
    pub(super) fn charge_asked(&mut self, key: Uuid, amount: i64) -> Belied {
        self.charges.entry(key).or_insert(ChargeTry { amount, charge_id: None });
        None
    }

    pub(super) fn charged(&mut self, key: Uuid, charge_id: Uuid, amount: i64) -> Belied {
        let charge = self.charges.entry(key).or_insert(ChargeTry { amount, charge_id: None });
        let same = charge.amount == amount && charge.charge_id.is_none_or(|before| before == charge_id);
        charge.charge_id = Some(charge_id);
        (!same).then(|| format!("top-up {key} of {} won is now {charge_id} of {amount}", charge.amount))
    }

    pub(super) fn hold_asked(&mut self, key: Uuid, schedule_id: Uuid, seats: &[Uuid]) -> Belied {
        let seats = seats.iter().copied().collect();
        self.holds.entry(key).or_insert(HoldTry { schedule_id, seats, outcome: HoldOutcome::Unknown });
        None
    }

    pub(super) fn hold_known(&mut self, key: Uuid, outcome: HoldOutcome) -> Belied {
        let hold = self.holds.get_mut(&key)?;
        let belied = hold.outcome != HoldOutcome::Unknown && hold.outcome != outcome;
        let line = belied.then(|| format!("hold {key} was {:?} and is {outcome:?}", hold.outcome));
        hold.outcome = outcome;
        line
    }

    pub(super) fn pay_asked(&mut self, key: Uuid, reservation_id: Uuid) -> Belied {
        self.payments.entry(key).or_insert(PayTry { reservation_id, outcome: PayOutcome::Unknown });
        None
    }

    pub(super) fn pay_known(&mut self, key: Uuid, outcome: PayOutcome) -> Belied {
        let payment = self.payments.get_mut(&key)?;
        if is_repeated(&payment.outcome, &outcome) {
            return None;
        }
        let line = (!follows(&payment.outcome, &outcome))
            .then(|| format!("payment {key} was {:?} and is {outcome:?}", payment.outcome));
        payment.outcome = outcome;
        line
    }

    pub(super) fn ticketed(&mut self, reservation_id: Uuid, tickets: &[SeatTicket]) -> Belied {
        match self.tickets.entry(reservation_id) {
            Entry::Vacant(place) => {
                place.insert(tickets.to_vec());
                None
            }
            Entry::Occupied(known) if known.get() == tickets => None,
            Entry::Occupied(_) => Some(format!("the tickets of reservation {reservation_id} changed")),
        }
    }
}

/// The answer kept under a key is given again as it was, when the payment has long ended.
fn is_repeated(before: &PayOutcome, now: &PayOutcome) -> bool {
    match (before, now) {
        (PayOutcome::Known(before), PayOutcome::Known(now)) => {
            now.status == PaymentStatus::Processing && before.payment_id == now.payment_id
        }
        (PayOutcome::Unknown | PayOutcome::Refused { .. }, _)
        | (PayOutcome::Known(_), PayOutcome::Unknown | PayOutcome::Refused { .. }) => false,
    }
}

/// Whether an outcome may come after another: a refusal stands, a payment keeps its id and only moves forward.
fn follows(before: &PayOutcome, now: &PayOutcome) -> bool {
    use PaymentStatus::{Captured, Declined, Processing, Refunded};
    match (before, now) {
        (PayOutcome::Unknown, _) => true,
        (PayOutcome::Refused { .. }, _) => before == now,
        (PayOutcome::Known(_), PayOutcome::Unknown | PayOutcome::Refused { .. }) => false,
        (PayOutcome::Known(before), PayOutcome::Known(now)) => {
            let forward = match before.status {
                Processing => true,
                Captured => now.status != Declined,
                Declined | Refunded => now.status == before.status,
            };
            before.payment_id == now.payment_id && before.amount == now.amount && forward
        }
    }
}
