use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use domain::queue::{
    AbsencePolicy, AdmissionPolicy, Entry, EntryState, Line, Load, Queue, QueueOverview, QueueTotals,
    Standing, poll_after_millis,
};
use domain::shared::{EntryId, QueueId, UserId};

use super::crowd::{Crowd, Fan};
use super::inside::Inside;

/// Every queue with everybody in it, as the last committed set has left them.
#[derive(Default)]
pub struct Rooms {
    numbers: BTreeMap<QueueId, u16>,
    by_number: Vec<Room>,
    crowd: Crowd,
    inside: Inside,
    /// The last version of a revocation that was given out.
    pub revocation: i64,
    pub changes: u64,
    /// Since when the totals have been counted; none: nothing was read yet.
    pub counted_since: Option<DateTime<Utc>>,
}

/// One queue.
pub struct Room {
    pub queue: Queue,
    pub last_sequence: i64,
    pub totals: QueueTotals,
    line: Line,
    /// Who is inside, by the end of their time.
    ends: BTreeSet<(DateTime<Utc>, EntryId)>,
    /// When somebody was let in, from the oldest on that may still count.
    admissions: VecDeque<DateTime<Utc>>,
    /// Milliseconds of the process, before which nobody's silence can have lasted too long.
    nobody_lapses_before: AtomicU64,
}

/// What there is to do in a queue.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct Work {
    /// Somebody's time has run out, somebody waits in vain, or somebody can come in.
    pub any: bool,
    /// Who has been silent for too long, or some of them.
    pub lapsed: Vec<EntryId>,
}

impl Room {
    fn new(queue: Queue) -> Self {
        Self {
            queue,
            last_sequence: 0,
            totals: QueueTotals::default(),
            line: Line::default(),
            ends: BTreeSet::new(),
            admissions: VecDeque::new(),
            nobody_lapses_before: AtomicU64::new(0),
        }
    }

    pub fn waiting(&self) -> u64 {
        wide(self.line.len())
    }

    pub fn load(&self, now: DateTime<Utc>) -> Load {
        let over = self.run_out(now).count();
        let active = narrow(self.ends.len().saturating_sub(over));
        Load { active, admitted_last_minute: self.admitted_last_minute(now) }
    }

    fn admitted_last_minute(&self, now: DateTime<Utc>) -> u32 {
        narrow(self.admissions.len().saturating_sub(self.forgotten(now)))
    }

    /// How many admissions are too old to count. The minute is closed at both ends: no window of 60 seconds, its ends
    /// included, sees more than the limit.
    fn forgotten(&self, now: DateTime<Utc>) -> usize {
        let window = TimeDelta::seconds(AdmissionPolicy::RATE_WINDOW_SECONDS.into());
        self.admissions.partition_point(|at| now - *at > window)
    }

    /// Who is inside and has no time left, first whose time ended first.
    pub fn run_out(&self, now: DateTime<Utc>) -> impl Iterator<Item = EntryId> {
        self.ends.iter().take_while(move |(end, _)| *end <= now).map(|(_, entry)| *entry)
    }

    fn note_admission(&mut self, at: DateTime<Utc>) {
        let old = self.forgotten(at);
        self.admissions.drain(..old);
        self.admissions.push_back(at);
    }
}

impl Rooms {
    pub fn room(&self, queue: QueueId) -> Option<&Room> {
        self.by_number.get(usize::from(*self.numbers.get(&queue)?))
    }

    pub fn queues(&self) -> impl Iterator<Item = QueueId> {
        self.numbers.keys().copied()
    }

    fn room_mut(&mut self, queue: QueueId) -> Option<&mut Room> {
        self.by_number.get_mut(usize::from(*self.numbers.get(&queue)?))
    }

    /// A live place.
    pub fn entry(&self, entry: EntryId) -> Option<Entry> {
        let waiting = || self.crowd.find(entry).and_then(|fan| self.waiting_entry(fan));
        self.inside.get(entry).cloned().or_else(waiting)
    }

    /// The live place that a user has in a queue.
    pub fn live(&self, queue: QueueId, user: UserId) -> Option<Entry> {
        let waiting = || self.waiting_entry(self.crowd.find_user(*self.numbers.get(&queue)?, user)?);
        self.inside.find_user(queue, user).cloned().or_else(waiting)
    }

    fn waiting_entry(&self, fan: &Fan) -> Option<Entry> {
        let room = self.by_number.get(usize::from(fan.room))?;
        Some(Entry::joined(fan.entry, room.queue.id, fan.user, fan.sequence, fan.joined_at()))
    }

    /// Everybody who waits in a queue, from the front.
    pub fn line(&self, queue: QueueId) -> impl Iterator<Item = &Fan> {
        let line = self.room(queue).map(|room| room.line.iter());
        line.into_iter().flatten().filter_map(|(_, slot)| self.crowd.get(slot))
    }

    pub fn fan(&self, entry: EntryId) -> Option<&Fan> {
        self.crowd.find(entry)
    }

    /// What whoever asks for a live place is told.
    pub fn standing(&self, entry: EntryId, now: DateTime<Utc>, absence: AbsencePolicy) -> Option<Standing> {
        match self.crowd.find(entry) {
            Some(fan) => self.standing_of(fan, now, absence),
            None => self.standing_off(self.inside.get(entry)?.clone(), now, absence),
        }
    }

    pub fn standing_of(&self, fan: &Fan, now: DateTime<Utc>, absence: AbsencePolicy) -> Option<Standing> {
        let room = self.by_number.get(usize::from(fan.room))?;
        let ahead = wide(room.line.ahead(fan.sequence));
        Some(Standing {
            entry: Entry::joined(fan.entry, room.queue.id, fan.user, fan.sequence, fan.joined_at()),
            ahead,
            waiting: room.waiting(),
            admitted_last_minute: room.admitted_last_minute(now),
            poll_after_ms: poll_after_millis(ahead, room.waiting(), absence),
        })
    }

    /// Where somebody stands who does not stand in line.
    pub fn standing_off(&self, entry: Entry, now: DateTime<Utc>, absence: AbsencePolicy) -> Option<Standing> {
        let room = self.room(entry.queue_id)?;
        Some(Standing {
            entry: entry.at(now),
            ahead: 0,
            waiting: room.waiting(),
            admitted_last_minute: room.admitted_last_minute(now),
            poll_after_ms: poll_after_millis(0, room.waiting(), absence),
        })
    }

    pub fn overview(&self, queue: QueueId, now: DateTime<Utc>) -> Option<QueueOverview> {
        let room = self.room(queue)?;
        let admitted = room.load(now).active.into();
        Some(QueueOverview { queue: room.queue.clone(), waiting: room.waiting(), admitted })
    }

    /// What there is to do in a queue, looked for where nothing is changed by it.
    pub fn work(
        &self,
        queue: QueueId,
        now: DateTime<Utc>,
        moment: Duration,
        absence: AbsencePolicy,
        most: usize,
    ) -> Work {
        let Some(room) = self.room(queue) else { return Work::default() };
        let lapsed = self.lapsed(room, moment, absence, most);
        let can_come_in = || {
            let present = |fan: &Fan| !absence.is_absent(fan.presence.silent(moment));
            room.queue.free_slots(room.load(now)) > 0 && self.line(queue).any(present)
        };
        let in_vain = room.queue.state.turns_away() && !room.line.is_empty();
        let any = in_vain || !lapsed.is_empty() || room.run_out(now).next().is_some() || can_come_in();
        Work { any, lapsed }
    }

    /// Who has been silent too long. Everybody is looked at only when the one silent longest may have been.
    fn lapsed(&self, room: &Room, moment: Duration, absence: AbsencePolicy, most: usize) -> Vec<EntryId> {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        if millis(moment) < room.nobody_lapses_before.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let (mut lapsed, mut longest_silent) = (Vec::new(), moment);
        for fan in self.line(room.queue.id) {
            if !absence.has_lapsed(fan.presence.silent(moment)) {
                longest_silent = longest_silent.min(fan.presence.last_seen());
            } else if lapsed.len() < most {
                lapsed.push(fan.entry);
            }
        }
        if lapsed.is_empty() {
            let next = millis(longest_silent + absence.lapses_after());
            room.nobody_lapses_before.store(next, Ordering::Relaxed);
        }
        lapsed
    }
}

/// Changes, each of which is committed already.
impl Rooms {
    pub fn put_queue(&mut self, queue: Queue) -> anyhow::Result<()> {
        self.changes += 1;
        match self.room_mut(queue.id) {
            Some(room) => room.queue = queue,
            None => {
                let number =
                    u16::try_from(self.by_number.len()).context("65,536 queues are the most there can be")?;
                self.numbers.insert(queue.id, number);
                self.by_number.push(Room::new(queue));
            }
        }
        Ok(())
    }

    pub fn count_to(&mut self, queue: QueueId, last_sequence: i64) {
        if let Some(room) = self.room_mut(queue) {
            room.last_sequence = room.last_sequence.max(last_sequence);
        }
    }

    pub fn put_admissions(&mut self, queue: QueueId, admissions: Vec<DateTime<Utc>>) {
        if let Some(room) = self.room_mut(queue) {
            room.admissions = admissions.into();
        }
    }

    pub fn note_admission(&mut self, queue: QueueId, at: DateTime<Utc>) {
        if let Some(room) = self.room_mut(queue) {
            room.note_admission(at);
        }
    }

    /// Makes a place what it has become, whatever it was; somebody new has been seen at `seen`.
    pub fn put(&mut self, entry: &Entry, seen: Duration) -> anyhow::Result<()> {
        self.changes += 1;
        let before = self.entry(entry.id).map(|before| before.state);
        if let Some(room) = self.room_mut(entry.queue_id) {
            room.totals.count(before, entry.state);
        }
        match entry.state {
            EntryState::Waiting => {
                self.take_inside(entry.id);
                if self.crowd.find(entry.id).is_none() {
                    self.queue_up(entry, seen)?;
                }
            }
            EntryState::Admitted { expires_at, .. } => {
                self.take_out(entry.id);
                self.take_inside(entry.id);
                self.inside.insert(entry.clone());
                let room = self.room_mut(entry.queue_id).context("somebody is inside of no queue")?;
                room.ends.insert((expires_at, entry.id));
            }
            EntryState::Done | EntryState::Expired => self.forget(entry.id),
        }
        Ok(())
    }

    /// Somebody was let in and has left again before anybody saw it.
    pub fn count_short_visit(&mut self, queue: QueueId) {
        if let Some(room) = self.room_mut(queue) {
            room.totals.admitted += 1;
        }
    }

    /// What has happened has happened, for rooms that are read again: reading a place is no event.
    pub fn keep_totals_of(&mut self, before: &Self) {
        for room in &mut self.by_number {
            room.totals = before.room(room.queue.id).map(|known| known.totals).unwrap_or_default();
        }
        self.counted_since = before.counted_since.or(self.counted_since);
    }

    /// Somebody is not there.
    pub fn forget(&mut self, entry: EntryId) {
        self.take_out(entry);
        self.take_inside(entry);
    }

    pub fn pass_over(&mut self, entry: EntryId) {
        self.changes += 1;
        let slot = self.crowd.slot_of(entry);
        if let Some(fan) = slot.and_then(|slot| self.crowd.get_mut(slot)) {
            fan.passed_over = true;
        }
    }

    fn queue_up(&mut self, entry: &Entry, seen: Duration) -> anyhow::Result<()> {
        let number = *self.numbers.get(&entry.queue_id).context("somebody waits in no queue")?;
        let fan = Fan::new(entry.id, entry.user_id, entry.sequence, number, entry.joined_at, seen);
        let slot = self.crowd.insert(fan).context("more wait than there is room for")?;
        let room = self.room_mut(entry.queue_id).context("somebody waits in no queue")?;
        room.last_sequence = room.last_sequence.max(entry.sequence);
        let queued = room.line.push(entry.sequence, slot);
        if !queued {
            self.crowd.remove(slot);
        }
        ensure!(queued, "place {} of queue {} is in front of others", entry.sequence, entry.queue_id);
        Ok(())
    }

    fn take_out(&mut self, entry: EntryId) {
        let fan = self.crowd.slot_of(entry).and_then(|slot| self.crowd.remove(slot));
        let room = fan.and_then(|fan| Some((self.by_number.get_mut(usize::from(fan.room))?, fan.sequence)));
        if let Some((room, sequence)) = room {
            room.line.remove(sequence);
        }
    }

    fn take_inside(&mut self, entry: EntryId) {
        if let Some(gone) = self.inside.remove(entry)
            && let Some(end) = gone.state.pass_expires_at()
            && let Some(room) = self.room_mut(gone.queue_id)
        {
            room.ends.remove(&(end, entry));
        }
    }

    /// What is known of everybody's last sign of life, for rooms that are read again.
    pub fn keep_presence_of(&mut self, before: &Self) {
        // At the start nobody is known. A million who are looked for in vain would take the transaction that reads them
        // past its time on a busy machine.
        if before.by_number.iter().all(|room| room.line.is_empty()) {
            return;
        }
        let slots = self.by_number.iter().flat_map(|room| room.line.iter()).map(|(_, slot)| slot);
        let slots: Vec<u32> = slots.collect();
        for slot in slots {
            if let Some(fan) = self.crowd.get_mut(slot)
                && let Some(known) = before.crowd.find(fan.entry)
            {
                fan.presence = known.presence.copied();
            }
        }
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Beyond 2^32 a count says "more than any limit", which is all that is asked of it.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
