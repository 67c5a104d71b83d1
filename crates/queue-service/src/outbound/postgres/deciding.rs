//! What each command of a set comes to, by the rules of the domain, against what is committed and what the set itself has
//! decided before.

use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use domain::queue::{
    AbsencePolicy, Entry, EntryState, JoinError, JoinRequest, LeaveEffect, Load, Queue, QueueChange,
    QueueError,
};
use domain::shared::{EntryId, QueueId, UserId};

use super::command::Command;
use super::draft::{Change, Decided, Draft, DraftedRoom};
use crate::outbound::memory::Rooms;

/// A set while it is decided.
pub struct Deciding<'a> {
    pub rooms: &'a Rooms,
    pub absence: AbsencePolicy,
    /// Of the process, by which silence is judged.
    pub moment: Duration,
    pub draft: Draft,
}

impl<'a> Deciding<'a> {
    pub fn new(rooms: &'a Rooms, absence: AbsencePolicy, at: DateTime<Utc>, moment: Duration) -> Self {
        Self { rooms, absence, moment, draft: Draft::new(at, rooms.revocation) }
    }

    pub fn decide(mut self, commands: &[Command]) -> anyhow::Result<Draft> {
        for command in commands {
            let decided = match command {
                Command::Join(request) => self.join(*request)?,
                Command::Leave(entry) => self.leave(*entry)?,
                Command::Finish(entry) => self.end(*entry, Entry::finish)?,
                Command::YieldSlot(entry) => self.yield_slot(*entry)?,
                Command::Admit { queue, lapsed } => self.admit(*queue, lapsed)?,
                Command::Configure { template, change } => self.configure(template, change.clone()),
                Command::Establish(main) => self.establish(main),
                // Done before the set is decided.
                Command::Reload => Decided::Done,
            };
            self.draft.decided.push(decided);
        }
        Ok(self.draft)
    }

    fn join(&mut self, JoinRequest { entry_id, queue_id, user_id }: JoinRequest) -> anyhow::Result<Decided> {
        let Some(room) = self.room(queue_id) else { return Ok(Decided::NotJoined(JoinError::NoSuchQueue)) };
        let open = room.queue.check_open();
        let given = self.draft.users.get(&(queue_id, user_id)).and_then(|given| self.draft.change(*given));
        let known = given.map(|change| change.entry.clone()).filter(|entry| !entry.state.has_ended());
        let known = known.or_else(|| self.entry(self.rooms.live(queue_id, user_id)?.id));
        if let Some(before) = known {
            let now = before.clone().at(self.draft.at);
            if !now.state.has_ended() {
                // With the id that was asked for: an earlier attempt at this very set gave it out.
                return Ok(Decided::Joined { is_new: now.id == entry_id, entry: now });
            }
            // Its row must say so before another place can be this user's live one.
            self.put(&before, now)?;
        }
        if let Err(refused) = open {
            return Ok(Decided::NotJoined(refused));
        }
        let entry = self.give_out(entry_id, queue_id, user_id)?;
        Ok(Decided::Joined { entry, is_new: true })
    }

    fn give_out(&mut self, id: EntryId, queue: QueueId, user: UserId) -> anyhow::Result<Entry> {
        let at = self.draft.at;
        let room = self.draft.rooms.get_mut(&queue).context("a place in no queue")?;
        room.last_sequence += 1;
        room.gives_out_places = true;
        room.waiting += 1;
        let entry = Entry::joined(id, queue, user, room.last_sequence, at);
        self.draft.users.insert((queue, user), id);
        self.draft.places.insert(id, self.draft.changes.len());
        let change = Change { entry: entry.clone(), is_new: true, admission: None, revocation: None };
        self.draft.changes.push(change);
        Ok(entry)
    }

    fn leave(&mut self, id: EntryId) -> anyhow::Result<Decided> {
        // Whoever has no live place had one: that is looked up before the command comes here.
        let Some(before) = self.entry(id) else { return Ok(Decided::Left(LeaveEffect::AlreadyEnded)) };
        let (after, effect) = before.clone().at(self.draft.at).leave();
        self.step(&before, after)?;
        Ok(Decided::Left(effect))
    }

    /// Takes a live place to its end. Whether a slot becomes free by it.
    fn end(&mut self, id: EntryId, step: fn(Entry) -> Entry) -> anyhow::Result<Decided> {
        let Some(before) = self.entry(id) else { return Ok(Decided::Ended(false)) };
        let after = step(before.clone().at(self.draft.at));
        Ok(Decided::Ended(self.step(&before, after)?))
    }

    fn yield_slot(&mut self, id: EntryId) -> anyhow::Result<Decided> {
        let Some(entry) = self.entry(id) else { return Ok(Decided::Ended(false)) };
        let room = self.room(entry.queue_id).context("a place in no queue")?;
        if !room.queue.is_slot_needed(room.load, room.waiting) {
            return Ok(Decided::Ended(false));
        }
        self.end(id, Entry::yield_slot)
    }

    fn configure(&mut self, template: &Queue, change: QueueChange) -> Decided {
        let known = self.room(template.id).map(|room| room.queue.clone());
        let created = known.is_none();
        match change.apply(known.unwrap_or_else(|| template.clone())) {
            Ok(queue) => {
                self.put_queue(queue);
                Decided::Configured { queue: template.id, created }
            }
            Err(invalid) => Decided::NotConfigured(QueueError::Invalid(invalid)),
        }
    }

    fn establish(&mut self, main: &Queue) -> Decided {
        if self.room(main.id).is_none() {
            self.put_queue(main.clone());
        }
        let queues: Vec<QueueId> = self.rooms.queues().collect();
        for id in queues {
            let Some(before) = self.room(id).map(|room| room.queue.clone()) else { continue };
            let after = before.clone().under(main.policy);
            if after != before {
                self.put_queue(after);
            }
        }
        Decided::Done
    }

    fn put_queue(&mut self, queue: Queue) {
        let id = queue.id;
        if self.room(id).is_none() {
            self.draft.rooms.insert(id, DraftedRoom::empty(queue));
        } else if let Some(room) = self.draft.rooms.get_mut(&id) {
            room.queue = queue;
            room.is_changed = true;
        }
    }

    /// A queue as the set has left it so far.
    pub fn room(&mut self, id: QueueId) -> Option<&mut DraftedRoom> {
        if !self.draft.rooms.contains_key(&id) {
            let room = self.rooms.room(id)?;
            let drafted = DraftedRoom {
                queue: room.queue.clone(),
                is_changed: false,
                last_sequence: room.last_sequence,
                gives_out_places: false,
                waiting: room.waiting(),
                load: room.load(self.draft.at),
            };
            self.draft.rooms.insert(id, drafted);
        }
        self.draft.rooms.get_mut(&id)
    }

    /// A place as the set has left it so far; `None`: it has ended, or never was.
    pub fn entry(&self, id: EntryId) -> Option<Entry> {
        let drafted = self.draft.change(id).map(|change| change.entry.clone());
        let entry = drafted.or_else(|| self.rooms.entry(id))?;
        (!entry.state.has_ended()).then_some(entry)
    }

    /// Takes one step with a place. True where a pass ended early by it, and so a slot is free.
    fn step(&mut self, before: &Entry, after: Entry) -> anyhow::Result<bool> {
        let revoked = after.revoked_since(&before.clone().at(self.draft.at)).is_some();
        let id = after.id;
        self.put(before, after)?;
        if revoked {
            self.draft.revocation += 1;
            self.draft.revoked = true;
            let version = self.draft.revocation;
            let place = self.draft.places.get(&id).copied();
            if let Some(change) = place.and_then(|place| self.draft.changes.get_mut(place)) {
                change.revocation = Some(version);
            }
        }
        Ok(revoked)
    }

    /// Notes what a place becomes.
    pub fn put(&mut self, before: &Entry, after: Entry) -> anyhow::Result<()> {
        if *before == after {
            return Ok(());
        }
        let at = self.draft.at;
        let is_inside = |entry: &Entry| entry.state.pass_expires_at().is_some_and(|end| end > at);
        let waits = |entry: &Entry| entry.state == EntryState::Waiting;
        let room = self.room(after.queue_id).context("a place in no queue")?;
        room.waiting = (room.waiting + u64::from(waits(&after))).saturating_sub(waits(before).into());
        let active = room.load.active + u32::from(is_inside(&after));
        room.load.active = active.saturating_sub(is_inside(before).into());
        let admission = match after.state {
            EntryState::Admitted { admitted_at, expires_at } => Some((admitted_at, expires_at)),
            EntryState::Waiting | EntryState::Done | EntryState::Expired => None,
        };
        room.load.admitted_last_minute += u32::from(admission.is_some());
        match self.draft.places.get(&after.id).copied() {
            Some(place) => {
                if let Some(change) = self.draft.changes.get_mut(place) {
                    change.entry = after;
                    change.admission = change.admission.or(admission);
                }
            }
            None => {
                self.draft.places.insert(after.id, self.draft.changes.len());
                self.draft.changes.push(Change { entry: after, is_new: false, admission, revocation: None });
            }
        }
        Ok(())
    }
}

impl DraftedRoom {
    fn empty(queue: Queue) -> Self {
        let load = Load { active: 0, admitted_last_minute: 0 };
        Self { queue, is_changed: true, last_sequence: 0, gives_out_places: false, waiting: 0, load }
    }
}
