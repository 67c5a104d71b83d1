use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use anyhow::anyhow;
use domain::queue::AbsencePolicy;
use domain::shared::Unavailable;
use service_kit::duty::Post;

use super::owner::{Ownership, Word};
use super::time::{DatabaseTime, Stopwatch};
use crate::outbound::memory::{Ended, Rooms};

/// What the writer writes and everybody reads. Nobody keeps a lock while waiting for anything but the processor.
pub struct Shared {
    remembered: RwLock<Remembered>,
    ended: Mutex<Ended>,
    pub time: DatabaseTime,
    pub absence: AbsencePolicy,
    /// Under what this process writes, if it ever has.
    owner: Mutex<Option<Ownership>>,
    /// Whether what is remembered is what is there; where not, this process stands by. Changes with `owner` locked alone.
    active: AtomicBool,
    pub post: Post,
}

/// The rooms, and under what they were read: what was read under another ownership is of the past.
#[derive(Default)]
pub struct Remembered {
    pub rooms: Rooms,
    pub under: Option<Ownership>,
}

impl Shared {
    pub fn new(absence: AbsencePolicy, stopwatch: Arc<dyn Stopwatch>) -> Self {
        Self {
            remembered: RwLock::default(),
            ended: Mutex::default(),
            time: DatabaseTime::new(stopwatch),
            absence,
            owner: Mutex::default(),
            active: AtomicBool::new(false),
            post: Post::default(),
        }
    }

    /// Refused where this process stands by: the rooms are somebody else's. Whoever has been let in by then finds them
    /// whole, since they are forgotten only when nobody reads.
    pub fn rooms(&self) -> anyhow::Result<RoomsToRead<'_>> {
        let rooms = self.read();
        if self.is_active() { Ok(rooms) } else { Err(standby()) }
    }

    /// Whosever the rooms are: for the writer, which finds that out in the database.
    pub fn read(&self) -> RoomsToRead<'_> {
        RoomsToRead(self.remembered.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the rooms were read under `owner`.
    pub fn remembers(&self, owner: Ownership) -> bool {
        self.read().0.under == Some(owner)
    }

    pub fn change(&self) -> RwLockWriteGuard<'_, Remembered> {
        self.remembered.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn ended(&self) -> MutexGuard<'_, Ended> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_active(&self) -> bool {
        self.active.load(Ordering::Relaxed)
    }

    /// Under what this process may try to write.
    pub fn owner(&self) -> anyhow::Result<Ownership> {
        self.lock_owner().ok_or_else(standby)
    }

    /// From now on this process writes; it answers once it has read what there is.
    pub fn own(&self, owner: Ownership) {
        let mut owned = self.lock_owner();
        self.announce(false);
        *owned = Some(owner);
    }

    /// What was read under `owner` is what is there, unless that has passed already.
    pub fn begin(&self, owner: Ownership) -> anyhow::Result<()> {
        let owned = self.lock_owner();
        if *owned != Some(owner) {
            return Err(standby());
        }
        self.announce(true);
        Ok(())
    }

    /// Takes note of what the database has said in answer to what was asked at `asked`, under `owner`.
    pub fn hear(&self, owner: Ownership, word: &Word, asked: Duration) -> anyhow::Result<()> {
        self.time.observe(word.at, asked);
        let checked = owner.check(word);
        let owned = self.lock_owner();
        if checked.is_err() && *owned == Some(owner) && self.is_active() {
            self.announce(false);
            tracing::warn!("another queue-service has taken the rooms over; this one stands by");
        }
        checked
    }

    /// Whose the rooms are is not known any more.
    pub fn stand_by_unheard(&self) {
        let _owned = self.lock_owner();
        if self.is_active() {
            self.announce(false);
            tracing::warn!("PostgreSQL has not been heard of for too long; this queue-service stands by");
        }
    }

    /// Everything that was remembered of other times. Changes are counted on, so that nobody takes new ones for old.
    pub fn forget(&self) {
        let mut remembered = self.change();
        let changes = remembered.rooms.changes + 1;
        let past = std::mem::take(&mut *remembered);
        remembered.rooms.changes = changes;
        drop(remembered);
        *self.ended() = Ended::default();
        // A million are gone after a while, in which nobody has to wait.
        drop(past);
    }

    fn announce(&self, active: bool) {
        self.active.store(active, Ordering::Relaxed);
        self.post.announce(active);
    }

    fn lock_owner(&self) -> MutexGuard<'_, Option<Ownership>> {
        self.owner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rooms while nobody changes them.
pub struct RoomsToRead<'a>(RwLockReadGuard<'a, Remembered>);

impl std::ops::Deref for RoomsToRead<'_> {
    type Target = Rooms;

    fn deref(&self) -> &Rooms {
        &self.0.rooms
    }
}

fn standby() -> anyhow::Error {
    anyhow!("this queue-service stands by for another one").context(Unavailable("the waiting room"))
}
