//! What the catalogue does by the clock.

use std::time::Duration;

use service_kit::jobs::Job;

use crate::ConcertService;

/// Contract: a pass that has ended is refused everywhere within a second, and this comes on top of what it takes to
/// hear of it.
const SPENT_PASSES_INTERVAL: Duration = Duration::from_millis(400);

pub fn all(service: &ConcertService) -> Vec<Job> {
    vec![service.idempotency.job(), service.revocations.job(), end_streams_of_spent_passes(service)]
}

/// One look at all streams: a timer for each of ten thousand would cost more.
fn end_streams_of_spent_passes(service: &ConcertService) -> Job {
    let (streams, authenticator) = (service.seat_streams.clone(), service.authenticator.clone());
    Job::new("end streams of spent passes", SPENT_PASSES_INTERVAL, move || {
        let (streams, authenticator) = (streams.clone(), authenticator.clone());
        async move {
            let revoked = &authenticator.revoked;
            let now = revoked.now(authenticator.clock.now());
            Ok(streams.end_spent(|pass| pass.expires_at <= now || revoked.is_revoked(pass.pass_id)))
        }
    })
}
