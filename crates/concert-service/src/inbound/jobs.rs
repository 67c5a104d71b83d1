//! What the catalogue does by the clock.

use service_kit::jobs::Job;

use crate::ConcertService;

pub fn all(service: &ConcertService) -> Vec<Job> {
    vec![service.idempotency.job(), service.revocations.job()]
}
