//! So many requests per second: for each client address, in front of everything else; and for each user, of those that
//! change something.

mod address;
mod user;

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::http::StatusCode;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::problem::Problem;

pub use address::RateLimit;
pub use user::{Subject, UserLimit};

/// Buckets that are full again are thrown away where there are more than this many, some 10 MB of them.
const MANY_BUCKETS: usize = 100_000;

/// How often their number is looked at, in requests: looking and throwing away walk over all of them.
const LOOK_EVERY: u32 = 10_000;

/// One bucket a key, or no limit.
struct Buckets<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    asked: AtomicU32,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    /// So many per second, and as many seconds' worth at once; 0: no limit.
    fn new(per_second: u32, seconds_at_once: NonZeroU32) -> Self {
        Self::of(NonZeroU32::new(per_second).map(|per_second| {
            let at_once = per_second.saturating_mul(seconds_at_once);
            Quota::per_second(per_second).allow_burst(at_once)
        }))
    }

    fn of(quota: Option<Quota>) -> Self {
        Self { limiter: quota.map(RateLimiter::keyed), asked: AtomicU32::new(0) }
    }

    /// Takes one out of the key's bucket; 429 with the time to wait where it is empty.
    fn take(&self, key: &K, whose: &str) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOK_EVERY)
            && limiter.len() > MANY_BUCKETS
        {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests")
                .detail(format!("too many requests {whose}"))
                .retry_after(wait.as_secs() + 1)
        })
    }
}

/// So many at once, and one more in an hour: longer than any test.
#[cfg(test)]
fn for_a_test(at_once: u32) -> Quota {
    let quota = Quota::with_period(std::time::Duration::from_hours(1)).unwrap();
    quota.allow_burst(NonZeroU32::new(at_once).unwrap())
}
