//! What the catalogue does by the clock.

use std::sync::Arc;
use std::time::Duration;

use service_kit::jobs::Job;

use crate::ConcertService;

pub fn all(service: &ConcertService) -> Vec<Job> {
    vec![forget_old_keys(service), service.revocations.job()]
}

fn forget_old_keys(service: &ConcertService) -> Job {
    let keys = Arc::clone(&service.keys);
    Job::new("forget old idempotency keys", Duration::from_mins(10), move || {
        let keys = Arc::clone(&keys);
        async move { keys.forget_old().await }
    })
}
