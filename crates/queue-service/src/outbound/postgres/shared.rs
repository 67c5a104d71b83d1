use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use anyhow::anyhow;
use domain::queue::AbsencePolicy;
use domain::shared::Unavailable;

use super::owner::{Ownership, Word};
use super::time::{DatabaseTime, Stopwatch};
use crate::outbound::memory::{Ended, Rooms};

/// What the writer writes and everybody reads. Nobody keeps a lock while waiting for anything but the processor.
pub struct Shared {
    rooms: RwLock<Rooms>,
    ended: Mutex<Ended>,
    pub time: DatabaseTime,
    pub absence: AbsencePolicy,
    owner: Ownership,
    /// Somebody else owns the rooms: what is remembered here is of the past.
    taken_over: AtomicBool,
}

impl Shared {
    pub fn new(owner: Ownership, absence: AbsencePolicy, stopwatch: Arc<dyn Stopwatch>) -> Self {
        Self {
            rooms: RwLock::default(),
            ended: Mutex::default(),
            time: DatabaseTime::new(stopwatch),
            absence,
            owner,
            taken_over: AtomicBool::new(false),
        }
    }

    /// Refused where the rooms are known to be somebody else's.
    pub fn rooms(&self) -> anyhow::Result<RwLockReadGuard<'_, Rooms>> {
        if self.taken_over.load(Ordering::Relaxed) {
            let taken = anyhow!("another queue-service has taken the rooms over");
            return Err(taken.context(Unavailable("the waiting room")));
        }
        Ok(self.rooms.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn change(&self) -> RwLockWriteGuard<'_, Rooms> {
        self.rooms.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn ended(&self) -> MutexGuard<'_, Ended> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what the database has said in answer to what was asked at `asked`.
    pub fn hear(&self, word: &Word, asked: std::time::Duration) -> anyhow::Result<()> {
        self.time.observe(word.at, asked);
        let checked = self.owner.check(word);
        if checked.is_err() && !self.taken_over.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "another queue-service has taken the rooms over; this one answers nothing any more"
            );
        }
        checked
    }
}
