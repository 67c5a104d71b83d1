//! What the queue does by the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use service_kit::jobs::Job;

use crate::QueueService;

/// Contract: a pass that has ended is refused everywhere within a second. Two looks fit into it.
const REVOCATIONS_INTERVAL: Duration = Duration::from_millis(400);
/// What streams are told is at most so old, and no stream is told more often: contract 500 ms from a change to the fan,
/// of which this leaves 300 for writing out ten thousand.
const NEWS_INTERVAL: Duration = Duration::from_millis(200);

pub fn all(service: &QueueService) -> Vec<Job> {
    vec![admit(service), follow_revocations(service), spread_news(service)]
}

/// Fills free slots: as soon as one is freed, and by the clock for those that run out. Whoever stands by fills none.
fn admit(service: &QueueService) -> Job {
    let (admission, duty) = (service.admission.clone(), service.duty.clone());
    let fill = Job::new("admit", service.admission_interval, move || {
        let (admission, duty) = (admission.clone(), duty.clone());
        async move { if duty.is_active() { admission.admit_everywhere(|_| ()).await } else { Ok(0) } }
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

/// Wakes the streams where somebody may see something new, however much it was.
fn spread_news(service: &QueueService) -> Job {
    let (waiting, news) = (service.waiting.clone(), service.news.clone());
    Job::new("tell streams", NEWS_INTERVAL, move || {
        let (waiting, news) = (waiting.clone(), news.clone());
        async move { Ok(usize::from(news.spread(waiting.changes()))) }
    })
}
