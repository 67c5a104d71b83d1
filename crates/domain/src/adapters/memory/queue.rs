use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::lock;
use crate::queue::{
    AbsencePolicy, AdmissionPolicy, Entry, EntryState, JoinError, JoinRequest, Joined, LeaveEffect, Load,
    Polled, Queue, QueueChange, QueueError, QueueFigures, QueueOverview, QueueTotals, Revocations,
    RevokedPass, Standing, TooEarly, WaitingRoom, poll_after_millis,
};
use crate::shared::{Clock, EntryId, QueueId, UserId};

/// The queues in memory.
pub struct MemoryWaitingRoom {
    clock: Arc<dyn Clock>,
    absence: AbsencePolicy,
    opened_at: DateTime<Utc>,
    rooms: Mutex<Rooms>,
}

/// The tables of the queue context.
#[derive(Default)]
pub struct Rooms {
    pub queues: BTreeMap<QueueId, Queue>,
    /// By queue and sequence: the order of joining.
    pub entries: BTreeMap<(QueueId, i64), Entry>,
    pub sequences: BTreeMap<EntryId, (QueueId, i64)>,
    /// When somebody was let in, for the limit per minute: an entry forgets it when it ends.
    pub admissions: Vec<(QueueId, DateTime<Utc>)>,
    /// A pass's version is its place in here, from 1.
    pub revoked: Vec<RevokedPass>,
    /// Of those who have been seen since they joined.
    pub presence: BTreeMap<EntryId, Presence>,
    pub totals: BTreeMap<QueueId, QueueTotals>,
    pub changes: u64,
}

/// When somebody was last seen, and when the next poll may come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Presence {
    pub last_seen: DateTime<Utc>,
    pub poll_due: DateTime<Utc>,
}

impl Rooms {
    fn of(&self, queue: QueueId) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.range((queue, i64::MIN)..=(queue, i64::MAX)).map(|(_, entry)| entry)
    }

    fn waiting(&self, queue: QueueId) -> impl Iterator<Item = &Entry> {
        self.of(queue).filter(|entry| entry.state == EntryState::Waiting)
    }

    fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.entries.get(self.sequences.get(&id)?)
    }

    fn live(&self, queue: QueueId, user: UserId, now: DateTime<Utc>) -> Option<&Entry> {
        self.of(queue).find(|entry| entry.user_id == user && !(*entry).clone().at(now).state.has_ended())
    }

    fn load(&self, queue: QueueId, now: DateTime<Utc>) -> Load {
        let window = TimeDelta::seconds(AdmissionPolicy::RATE_WINDOW_SECONDS.into());
        let lately = self.admissions.iter().filter(|(of, at)| *of == queue && now - *at <= window);
        let active =
            self.of(queue).filter(|entry| entry.state.pass_expires_at().is_some_and(|end| end > now));
        Load { active: counted(active.count()), admitted_last_minute: counted(lately.count()) }
    }

    fn standing(&self, entry: &Entry, now: DateTime<Utc>, absence: AbsencePolicy) -> Standing {
        let entry = entry.clone().at(now);
        let queue = entry.queue_id;
        let in_front = self.waiting(queue).filter(|other| other.sequence < entry.sequence).count();
        let ahead = if entry.state == EntryState::Waiting { wide(in_front) } else { 0 };
        let waiting = wide(self.waiting(queue).count());
        Standing {
            ahead,
            waiting,
            admitted_last_minute: self.load(queue, now).admitted_last_minute,
            poll_after_ms: poll_after_millis(ahead, waiting, absence),
            entry,
        }
    }

    fn presence(&self, entry: &Entry) -> Presence {
        let since_joining = Presence { last_seen: entry.joined_at, poll_due: entry.joined_at };
        self.presence.get(&entry.id).copied().unwrap_or(since_joining)
    }

    /// How long a waiting fan has neither polled nor streamed.
    fn silent(&self, entry: &Entry, now: DateTime<Utc>) -> Duration {
        (now - self.presence(entry).last_seen).to_std().unwrap_or_default()
    }

    fn touch(&mut self, id: EntryId, now: DateTime<Utc>) {
        let Some(entry) = self.entry(id) else { return };
        let seen = Presence { last_seen: now, ..self.presence(entry) };
        self.presence.insert(id, seen);
    }

    fn overview(&self, queue: Queue, now: DateTime<Utc>) -> QueueOverview {
        let admitted = u64::from(self.load(queue.id, now).active);
        QueueOverview { waiting: wide(self.waiting(queue.id).count()), admitted, queue }
    }

    fn put(&mut self, entry: Entry) {
        let key = (entry.queue_id, entry.sequence);
        if entry.state != EntryState::Waiting {
            self.presence.remove(&entry.id);
        }
        self.changes += 1;
        let before = self.entries.get(&key).map(|before| before.state);
        self.totals.entry(entry.queue_id).or_default().count(before, entry.state);
        self.sequences.insert(entry.id, key);
        self.entries.insert(key, entry);
    }

    /// Takes an entry to its end, and notes the pass that other services must stop honouring. True where there was one.
    fn end(&mut self, id: EntryId, now: DateTime<Utc>, step: impl FnOnce(Entry) -> Entry) -> bool {
        let Some(before) = self.entry(id).map(|entry| entry.clone().at(now)) else { return false };
        let after = step(before.clone());
        let revoked = after.revoked_since(&before);
        if after != before {
            self.put(after);
        }
        self.revoked.extend(revoked);
        revoked.is_some()
    }
}

/// Beyond 2^32 a count says "more than any limit", which is all that is asked of it.
fn counted(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl MemoryWaitingRoom {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let opened_at = clock.now();
        Self { clock, absence: AbsencePolicy::default(), opened_at, rooms: Mutex::default() }
    }

    #[must_use]
    pub fn with_absence(self, absence: AbsencePolicy) -> Self {
        Self { absence, ..self }
    }

    /// Opens the tables, between two transactions, to an audit or to a test that breaks them on purpose. No use case
    /// comes through here: what is changed in this way no rule has decided.
    pub fn inspect<R>(&self, look: impl FnOnce(&mut Rooms) -> R) -> R {
        look(&mut lock(&self.rooms))
    }

    /// The time is read under the lock: a decision that waited is made by the time at which it had its turn.
    fn now_locked(&self) -> (DateTime<Utc>, MutexGuard<'_, Rooms>) {
        let rooms = lock(&self.rooms);
        (self.clock.now(), rooms)
    }
}

#[async_trait]
impl WaitingRoom for MemoryWaitingRoom {
    async fn join(&self, request: JoinRequest) -> Result<Joined, JoinError> {
        let (now, mut rooms) = self.now_locked();
        let JoinRequest { entry_id, queue_id, user_id } = request;
        let queue = rooms.queues.get(&queue_id).ok_or(JoinError::NoSuchQueue)?;
        if let Some(entry) = rooms.live(queue_id, user_id, now) {
            let joined = Joined { standing: rooms.standing(entry, now, self.absence), is_new: false };
            rooms.touch(joined.standing.entry.id, now);
            return Ok(joined);
        }
        queue.check_open()?;
        let last = rooms.of(queue_id).next_back().map_or(0, |entry| entry.sequence);
        let entry = Entry::joined(entry_id, queue_id, user_id, last + 1, now);
        rooms.put(entry.clone());
        Ok(Joined { standing: rooms.standing(&entry, now, self.absence), is_new: true })
    }

    async fn standing(&self, entry: EntryId) -> anyhow::Result<Option<Standing>> {
        let (now, rooms) = self.now_locked();
        Ok(rooms.entry(entry).map(|entry| rooms.standing(entry, now, self.absence)))
    }

    async fn poll(&self, entry: EntryId) -> anyhow::Result<Polled> {
        let (now, mut rooms) = self.now_locked();
        let Some(entry) = rooms.entry(entry) else { return Ok(Polled::Nowhere) };
        let standing = rooms.standing(entry, now, self.absence);
        if standing.entry.state != EntryState::Waiting {
            return Ok(Polled::Stands(standing));
        }
        let early = rooms.presence(entry).poll_due - now;
        if early > TimeDelta::zero() {
            return Ok(Polled::TooEarly(TooEarly(early.to_std()?)));
        }
        // Half of what was told: clocks, networks and a second tab are given as much.
        let poll_due = now + TimeDelta::milliseconds(i64::try_from(standing.poll_after_ms / 2)?);
        rooms.presence.insert(standing.entry.id, Presence { last_seen: now, poll_due });
        Ok(Polled::Stands(standing))
    }

    fn touch(&self, entry: EntryId) {
        let (now, mut rooms) = self.now_locked();
        rooms.touch(entry, now);
    }

    fn changes(&self) -> u64 {
        lock(&self.rooms).changes
    }

    async fn leave(&self, entry: EntryId) -> anyhow::Result<Option<LeaveEffect>> {
        let (now, mut rooms) = self.now_locked();
        let effect = rooms.entry(entry).map(|entry| entry.clone().at(now).leave().1);
        rooms.end(entry, now, |entry| entry.leave().0);
        Ok(effect)
    }

    async fn finish(&self, entry: EntryId) -> anyhow::Result<bool> {
        let (now, mut rooms) = self.now_locked();
        Ok(rooms.end(entry, now, Entry::finish))
    }

    async fn yield_slot(&self, entry: EntryId) -> anyhow::Result<bool> {
        let (now, mut rooms) = self.now_locked();
        let queue = rooms.entry(entry).and_then(|entry| rooms.queues.get(&entry.queue_id));
        let needed = queue.is_some_and(|queue| {
            queue.is_slot_needed(rooms.load(queue.id, now), wide(rooms.waiting(queue.id).count()))
        });
        Ok(needed && rooms.end(entry, now, Entry::yield_slot))
    }

    async fn admit(&self, queue: QueueId) -> anyhow::Result<Vec<Entry>> {
        let (now, mut rooms) = self.now_locked();
        let Some(queue) = rooms.queues.get(&queue).cloned() else { return Ok(Vec::new()) };
        let run_out = |entry: &&Entry| entry.state.pass_expires_at().is_some_and(|end| end <= now);
        let mut ended: Vec<Entry> =
            rooms.of(queue.id).filter(run_out).map(|entry| entry.clone().at(now)).collect();
        if queue.state.turns_away() {
            ended.extend(rooms.waiting(queue.id).map(|entry| entry.clone().turn_away()));
        }
        let lapsed = |entry: &&Entry| self.absence.has_lapsed(rooms.silent(entry, now));
        ended.extend(rooms.waiting(queue.id).filter(lapsed).map(|entry| entry.clone().lapse()));
        let slots = usize::try_from(queue.free_slots(rooms.load(queue.id, now)))?;
        let ttl = queue.policy.pass_ttl_seconds;
        let present =
            rooms.waiting(queue.id).filter(|entry| !self.absence.is_absent(rooms.silent(entry, now)));
        let admitted: Vec<Entry> = present.take(slots).map(|entry| entry.clone().admit(now, ttl)).collect();
        let window = TimeDelta::seconds(AdmissionPolicy::RATE_WINDOW_SECONDS.into());
        rooms.admissions.retain(|(_, at)| now - *at <= window);
        rooms.admissions.extend(admitted.iter().map(|entry| (entry.queue_id, now)));
        for entry in ended.into_iter().chain(admitted.iter().cloned()) {
            rooms.put(entry);
        }
        Ok(admitted)
    }

    async fn establish(&self, main: Queue) -> anyhow::Result<()> {
        let mut rooms = lock(&self.rooms);
        let settings = main.policy;
        rooms.queues.entry(main.id).or_insert(main);
        for queue in rooms.queues.values_mut() {
            *queue = queue.clone().under(settings);
        }
        rooms.changes += 1;
        Ok(())
    }

    async fn configure(
        &self,
        template: Queue,
        change: QueueChange,
    ) -> Result<(QueueOverview, bool), QueueError> {
        let (now, mut rooms) = self.now_locked();
        let known = rooms.queues.get(&template.id).cloned();
        let created = known.is_none();
        let queue = change.apply(known.unwrap_or(template))?;
        rooms.queues.insert(queue.id, queue.clone());
        rooms.changes += 1;
        Ok((rooms.overview(queue, now), created))
    }

    async fn overview(&self, queue: QueueId) -> anyhow::Result<Option<QueueOverview>> {
        let (now, rooms) = self.now_locked();
        Ok(rooms.queues.get(&queue).map(|queue| rooms.overview(queue.clone(), now)))
    }

    async fn figures(&self, queue: QueueId) -> anyhow::Result<Option<QueueFigures>> {
        let (now, rooms) = self.now_locked();
        let figures = |queue: &Queue| QueueFigures {
            overview: rooms.overview(queue.clone(), now),
            totals: rooms.totals.get(&queue.id).copied().unwrap_or_default(),
            since: self.opened_at,
        };
        Ok(rooms.queues.get(&queue).map(figures))
    }

    async fn queues(&self) -> anyhow::Result<Vec<QueueId>> {
        Ok(lock(&self.rooms).queues.keys().copied().collect())
    }

    async fn revoked_after(&self, version: i64) -> anyhow::Result<Revocations> {
        let (now, rooms) = self.now_locked();
        let behind = rooms.revoked.iter().skip(usize::try_from(version).unwrap_or(0));
        Ok(Revocations {
            revoked: behind.filter(|pass| pass.expires_at > now).copied().collect(),
            version: i64::try_from(rooms.revoked.len())?,
            now,
        })
    }
}
