//! What the box office does by the clock.

use std::time::Duration;

use service_kit::jobs::Job;

use crate::ReservationService;

/// Lapsed holds, events and payments taken up at once: small enough that one batch is soon done, and the next comes
/// at once where there is more.
const BATCH: usize = 200;

pub fn all(service: &ReservationService) -> Vec<Job> {
    vec![
        sweep_lapsed_holds(service),
        deliver_events(service),
        recover_payments(service),
        service.idempotency.job(),
        service.revocations.job(),
    ]
}

/// Ends holds that have run out.
fn sweep_lapsed_holds(service: &ReservationService) -> Job {
    let box_office = service.box_office.clone();
    Job::new("sweep lapsed holds", Duration::from_millis(service.settings.sweep_interval_ms), move || {
        let box_office = box_office.clone();
        async move { box_office.sweep_lapsed(BATCH).await }
    })
}

/// Sends what did not arrive the first time.
fn deliver_events(service: &ReservationService) -> Job {
    let courier = service.courier.clone();
    Job::new("deliver events", Duration::from_millis(service.settings.outbox_interval_ms), move || {
        let courier = courier.clone();
        async move { courier.deliver_due(BATCH).await }
    })
}

/// Ends payments whose driver died or whose wallet did not answer.
fn recover_payments(service: &ReservationService) -> Job {
    let checkout = service.checkout.clone();
    Job::new("recover payments", Duration::from_millis(service.settings.recovery_interval_ms), move || {
        let checkout = checkout.clone();
        async move { checkout.recover(BATCH).await }
    })
}
