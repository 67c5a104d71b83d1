use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use crate::http::{Ask, Caller, Curtain, GaveUp, Manners, Resolved, Tally};
use crate::ledger::Diary;

/// What is on sale, and behind which waiting room.
#[derive(Clone, Copy, Debug)]
pub struct Sale {
    pub queue_id: Uuid,
    pub concert_id: Uuid,
    pub pass_ttl: Duration,
}

/// What fans have achieved, counted.
#[derive(Debug, Default)]
pub struct Takings {
    pub users: AtomicU64,
    pub admissions: AtomicU64,
    pub holds: AtomicU64,
    /// Seats that somebody else had: what a contended sale is about.
    pub conflicts: AtomicU64,
    pub purchases: AtomicU64,
    pub given_up: AtomicU64,
}

impl Takings {
    pub(super) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// What all fans of one sale share.
#[derive(Debug)]
pub struct Crowd {
    pub caller: Caller,
    pub sale: Sale,
    pub manners: Manners,
    pub curtain: Curtain,
    pub tally: Tally,
    pub takings: Takings,
    pub diary: Diary,
    /// Told when few seats are left.
    pub running_low: Notify,
}

impl Crowd {
    pub(super) async fn insist(&self, ask: &Ask) -> Result<Resolved, GaveUp> {
        self.caller.insist(ask, &self.curtain, &self.tally, self.manners).await
    }
}
