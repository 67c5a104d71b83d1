//! What a verifier of passes must know beyond their signatures: which were taken back, and what time it is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use domain::shared::EntryId;

/// A revoked pass is remembered this long past its end: twice the five minutes by which a clock may be wrong,
/// so that no correction of the clock brings a forgotten pass back to life.
const REMEMBERED_PAST_THE_END: TimeDelta = TimeDelta::minutes(10);

/// The passes taken back before their time, and how far this process's clock is off the queue store's.
///
/// The end of a pass is set by the store's clock, so it is judged by the store's clock.
#[derive(Debug, Default)]
pub struct RevokedPasses {
    ends: RwLock<HashMap<EntryId, DateTime<Utc>>>,
    remote_ahead_by_millis: AtomicI64,
}

impl RevokedPasses {
    /// Takes back the pass `id`, which would have ended at `expires_at` anyway.
    pub fn revoke(&self, id: EntryId, expires_at: DateTime<Utc>) {
        self.ends.write().unwrap_or_else(PoisonError::into_inner).insert(id, expires_at);
    }

    pub fn is_revoked(&self, id: EntryId) -> bool {
        self.ends.read().unwrap_or_else(PoisonError::into_inner).contains_key(&id)
    }

    /// Forgets the passes that have long ended by themselves, `now` being the corrected time.
    pub fn forget_before(&self, now: DateTime<Utc>) {
        let mut ends = self.ends.write().unwrap_or_else(PoisonError::into_inner);
        ends.retain(|_, expires_at| now.signed_duration_since(*expires_at) < REMEMBERED_PAST_THE_END);
    }

    /// Learns that the store's clock showed `remote` when this process's showed `local` (best: the middle
    /// between sending the question and receiving the answer).
    pub fn observe_remote_now(&self, remote: DateTime<Utc>, local: DateTime<Utc>) {
        let ahead = remote.signed_duration_since(local).num_milliseconds();
        self.remote_ahead_by_millis.store(ahead, Ordering::Relaxed);
    }

    /// The store's time as far as it is known, when this process's clock shows `local`.
    pub fn now(&self, local: DateTime<Utc>) -> DateTime<Utc> {
        let ahead = TimeDelta::milliseconds(self.remote_ahead_by_millis.load(Ordering::Relaxed));
        local.checked_add_signed(ahead).unwrap_or(local)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const PASS: EntryId = EntryId(Uuid::from_u128(1));
    const OTHER: EntryId = EntryId(Uuid::from_u128(2));

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_revoked_pass_stays_revoked_and_others_do_not_become_so() {
        let passes = RevokedPasses::default();
        assert!(!passes.is_revoked(PASS));
        passes.revoke(PASS, at(600));
        passes.revoke(PASS, at(600));
        assert!(passes.is_revoked(PASS));
        assert!(!passes.is_revoked(OTHER));
    }

    #[test]
    fn a_revoked_pass_is_forgotten_only_once_no_clock_can_think_it_valid() {
        let passes = RevokedPasses::default();
        passes.revoke(PASS, at(0));
        passes.revoke(OTHER, at(300));
        passes.forget_before(at(599));
        assert!(passes.is_revoked(PASS));
        passes.forget_before(at(600));
        assert!(!passes.is_revoked(PASS));
        assert!(passes.is_revoked(OTHER));
    }

    #[test]
    fn a_clock_off_by_five_minutes_either_way_is_corrected() {
        for off in [-300, 300] {
            let passes = RevokedPasses::default();
            passes.observe_remote_now(at(0), at(off));
            assert_eq!(passes.now(at(off + 7)), at(7));
        }
    }

    #[test]
    fn until_the_store_was_heard_the_local_clock_is_all_there_is() {
        assert_eq!(RevokedPasses::default().now(at(0)), at(0));
    }

    #[test]
    fn the_latest_observation_counts() {
        let passes = RevokedPasses::default();
        passes.observe_remote_now(at(0), at(300));
        passes.observe_remote_now(at(10), at(10));
        assert_eq!(passes.now(at(20)), at(20));
    }
}
