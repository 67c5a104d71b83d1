//! 13: what other services must hear of.

use chrono::{DateTime, TimeDelta, Utc};
use domain::reservation::{EventBody, ReservationState};
use domain::shared::EventId;

use super::payments::SAGA_SECONDS;
use super::{Finding, Memory, View};

/// 13: Every committed event is delivered at least once and applied once: a sale has its event, and an event that is
/// no longer on its way has arrived, or a later hold of its pass has withdrawn it.
pub fn none_is_lost(view: &View<'_>, memory: &Memory) -> Finding {
    let lost = memory.events.iter().find_map(|(id, (body, seen))| {
        let gone = !is_waiting(view, *id) && !has_arrived(view, *body) && !is_withdrawn(view, *body, *seen);
        gone.then(|| format!("event {id}, {body:?}, left the outbox and never arrived"))
    });
    lost.or_else(|| unannounced(view, memory)).or_else(|| unapplied(view)).or_else(|| overdue(view, memory))
}

fn is_waiting(view: &View<'_>, id: EventId) -> bool {
    view.stock.outbox.iter().any(|waiting| waiting.event.id == id)
}

fn has_arrived(view: &View<'_>, body: EventBody) -> bool {
    match body {
        EventBody::PassFinished { pass_id } => view.watch.finish_done.contains(&pass_id),
        EventBody::SlotYielded { pass_id } => view.watch.yield_done.contains(&pass_id),
    }
}

fn is_withdrawn(view: &View<'_>, body: EventBody, since: DateTime<Utc>) -> bool {
    match body {
        EventBody::PassFinished { .. } => false,
        EventBody::SlotYielded { pass_id } => {
            let mut reservations = view.stock.reservations.values();
            reservations.any(|reservation| reservation.pass_id == pass_id && reservation.created_at >= since)
        }
    }
}

fn unannounced(view: &View<'_>, memory: &Memory) -> Finding {
    view.stock.reservations.values().find_map(|reservation| {
        let ReservationState::Confirmed { payment_id } = reservation.state else { return None };
        let pass_id = view.stock.payments.get(&payment_id)?.payment.pass_id;
        let due = EventBody::PassFinished { pass_id };
        let announced = memory.events.values().any(|(body, _)| *body == due)
            || view.stock.outbox.iter().any(|waiting| waiting.event.body == due);
        (!announced).then(|| format!("reservation {} is sold, and nobody tells the queue", reservation.id))
    })
}

/// After the last fault an event arrives within the time that a saga has.
fn overdue(view: &View<'_>, memory: &Memory) -> Finding {
    view.stock.outbox.iter().find_map(|waiting| {
        let (_, seen) = memory.events.get(&waiting.event.id)?;
        let since = std::cmp::max(*seen, view.trouble_until);
        let late = view.now - since > TimeDelta::seconds(SAGA_SECONDS);
        late.then(|| format!("event {:?} is on its way since {seen}", waiting.event))
    })
}

fn unapplied(view: &View<'_>) -> Finding {
    super::line::inside(view).find_map(|entry| {
        let finished = view.watch.finish_done.contains(&entry.id);
        finished.then(|| format!("pass {} was finished and is still good", entry.id))
    })
}
