//! What the queue does by the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use service_kit::jobs::Job;

use crate::QueueService;

/// Contract: a pass that has ended is refused everywhere within a second. Two looks fit into it.
const REVOCATIONS_INTERVAL: Duration = Duration::from_millis(400);
/// Twice the longest wait that a poll budget can hold: it never holds more than the polls of so long.
const POLLS_INTERVAL: Duration = Duration::from_secs(10);

pub fn all(service: &QueueService) -> Vec<Job> {
    vec![admit(service), follow_revocations(service), forget_polls(service)]
}

/// Fills free slots: as soon as one is freed, and by the clock for those that run out.
fn admit(service: &QueueService) -> Job {
    let (admission, budget) = (service.admission.clone(), service.poll_budget.clone());
    let fill = Job::new("admit", service.admission_interval, move || {
        let (admission, budget) = (admission.clone(), budget.clone());
        async move { admission.admit_everywhere(|entry| budget.inside(entry.id, Instant::now())).await }
    });
    fill.woken_by(Arc::clone(&service.slots))
}

/// What the other services ask for over HTTP, this one reads in its own store.
fn follow_revocations(service: &QueueService) -> Job {
    let (admission, authenticator) = (service.admission.clone(), service.authenticator.clone());
    let seen = Arc::new(AtomicI64::new(0));
    Job::new("follow revoked passes", REVOCATIONS_INTERVAL, move || {
        let (admission, authenticator, seen) = (admission.clone(), authenticator.clone(), Arc::clone(&seen));
        async move {
            let asked_at = authenticator.clock.now();
            let news = admission.revoked_after(seen.load(Ordering::Acquire)).await?;
            let round_trip = authenticator.clock.now() - asked_at;
            // The store read its clock somewhere in between; the middle is at most half the round trip off.
            authenticator.revoked.observe_remote_now(news.now, asked_at + round_trip / 2);
            for pass in &news.revoked {
                authenticator.revoked.revoke(pass.entry_id, pass.expires_at);
            }
            authenticator.revoked.forget_before(news.now);
            seen.store(news.version, Ordering::Release);
            Ok(news.revoked.len())
        }
    })
}

fn forget_polls(service: &QueueService) -> Job {
    let budget = service.poll_budget.clone();
    Job::new("forget old polls", POLLS_INTERVAL, move || {
        let budget = budget.clone();
        async move { Ok(budget.forget_due(Instant::now())) }
    })
}
