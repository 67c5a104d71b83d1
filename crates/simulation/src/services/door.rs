//! Who is let in with a pass. This follows service-kit, where the real door is: a pass expires by the clock of the
//! queue's store, which every process knows from following the revoked passes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use domain::queue::{Entry, EntryState};
use domain::shared::{Clock, EntryId, QueueId, UserId};

use super::{QueueApp, jobs};
use crate::executor::Process;
use crate::faults::{Fault, Step};
use crate::guarantees::passes;
use crate::network::Peer;
use crate::planted::Plant;
use crate::world::{SkewedClock, World, lock};

/// What a pass says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pass {
    pub id: EntryId,
    pub queue: QueueId,
    pub user: UserId,
    pub expires_at: DateTime<Utc>,
}

impl Pass {
    /// The pass of somebody who is inside.
    pub fn of(entry: &Entry) -> Option<Self> {
        match entry.state {
            EntryState::Admitted { expires_at, admitted_at: _ } => {
                Some(Self { id: entry.id, queue: entry.queue_id, user: entry.user_id, expires_at })
            }
            EntryState::Waiting | EntryState::Done | EntryState::Expired => None,
        }
    }
}

/// Why a pass opens nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TurnedAway {
    Expired,
    /// Used up or given back.
    Spent,
}

/// The door of one process.
pub struct Door {
    world: Arc<World>,
    process: Process,
    clock: SkewedClock,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    revoked: BTreeMap<EntryId, DateTime<Utc>>,
    seen: i64,
    /// How far the queue's store is ahead of this process; `None`: not heard yet.
    ahead: Option<TimeDelta>,
}

impl Door {
    pub fn new(world: &Arc<World>, process: Process) -> Arc<Self> {
        let off = world.settings.clock_of(process);
        let clock = SkewedClock::new(world.executor.clone(), off);
        Arc::new(Self { world: Arc::clone(world), process, clock, known: Mutex::default() })
    }

    /// Judges a pass that is shown for `step`.
    pub fn admit(&self, step: Step, pass: &Pass) -> Result<(), TurnedAway> {
        if !self.world.settings.clock_of(self.process).is_zero() {
            self.world.fired(step, Fault::ClockOffBy5Minutes);
        }
        let (ahead, spent) = {
            let known = lock(&self.known);
            (known.ahead, known.revoked.contains_key(&pass.id))
        };
        let corrected = match self.world.plant {
            Some(Plant::PassJudgedByOwnClock) => self.clock.now(),
            Some(_) | None => self.clock.now() + ahead.unwrap_or_default(),
        };
        let expired = pass.expires_at <= corrected;
        passes::judged(&self.world, pass, ahead.is_some(), expired);
        match (expired, spent) {
            (true, _) => Err(TurnedAway::Expired),
            (false, true) => Err(TurnedAway::Spent),
            (false, false) => {
                passes::let_in(&self.world, pass);
                Ok(())
            }
        }
    }

    /// Known here before the queue's list comes round.
    pub fn revoke(&self, pass: &Pass) {
        lock(&self.known).revoked.insert(pass.id, pass.expires_at);
    }

    /// Follows the passes that end before their time, and the clock by which they expire.
    pub fn follow(self: &Arc<Self>) {
        let peer = Peer { world: Arc::clone(&self.world), caller: self.process };
        let (this, interval) = (Arc::clone(self), self.world.settings.intervals.revocations);
        jobs::every(&self.world, self.process, interval, move || {
            let (this, peer) = (Arc::clone(&this), peer.clone());
            async move { this.look(&peer).await }
        });
    }

    async fn look(&self, peer: &Peer) -> anyhow::Result<usize> {
        let seen = lock(&self.known).seen;
        let asked_at = self.clock.now();
        let revoked = move |queue: Arc<QueueApp>| async move { queue.admission.revoked_after(seen).await };
        let news = peer.ask(Step::AskRevocations, revoked).await;
        let news = news.map_err(|unanswered| unanswered.error("queue-service"))?;
        if self.world.plant == Some(Plant::RevocationsAreNotFollowed) {
            return Ok(0);
        }
        let round_trip = self.clock.now() - asked_at;
        let mut known = lock(&self.known);
        // The store read its clock somewhere in between; the middle is at most half the round trip off.
        known.ahead = Some(news.now - (asked_at + round_trip / 2));
        known.revoked.extend(news.revoked.iter().map(|pass| (pass.entry_id, pass.expires_at)));
        let skipped = i64::from(self.world.plant == Some(Plant::RevocationsSkip));
        known.seen = news.version + skipped;
        Ok(news.revoked.len())
    }
}
