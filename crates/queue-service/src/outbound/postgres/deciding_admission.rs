//! Who comes in, who has waited in vain, and whose time is over.

use std::collections::HashSet;

use anyhow::Context;
use domain::queue::{Entry, EntryState};
use domain::shared::{EntryId, QueueId};

use super::deciding::Deciding;
use super::draft::Decided;

/// Places that one command ends, and fans that it passes over for the first time, at most: a few milliseconds of
/// writing, so that a million who are turned away keep nobody else waiting for longer. What is left is for the next.
pub const MOST_AT_ONCE: usize = 5_000;

impl Deciding<'_> {
    pub fn admit(&mut self, queue: QueueId, lapsed: &[EntryId]) -> anyhow::Result<Decided> {
        let at = self.draft.at;
        let Some(room) = self.rooms.room(queue) else { return Ok(Decided::Admitted(Vec::new())) };
        let run_out: Vec<EntryId> = room.run_out(at).take(MOST_AT_ONCE).collect();
        for id in run_out {
            if let Some(before) = self.entry(id) {
                self.put(&before, before.clone().at(at))?;
            }
        }
        self.end_silent(lapsed)?;
        let turns_away = self.room(queue).is_some_and(|room| room.queue.state.turns_away());
        if turns_away {
            self.turn_away(queue)?;
        }
        Ok(Decided::Admitted(self.let_in(queue)?))
    }

    /// Of those who seemed to have been silent too long, the ones who still are.
    fn end_silent(&mut self, lapsed: &[EntryId]) -> anyhow::Result<()> {
        for id in lapsed {
            let silent = self.rooms.fan(*id).map(|fan| fan.presence.silent(self.moment));
            if silent.is_some_and(|silent| self.absence.has_lapsed(silent))
                && let Some(before) = self.entry(*id)
            {
                self.put(&before, before.clone().lapse())?;
            }
        }
        Ok(())
    }

    fn turn_away(&mut self, queue: QueueId) -> anyhow::Result<()> {
        let waiting = self.rooms.line(queue).map(|fan| fan.entry);
        let in_vain: Vec<EntryId> = waiting.chain(self.new_in(queue)).take(MOST_AT_ONCE).collect();
        for id in in_vain {
            if let Some(before) = self.entry(id) {
                self.put(&before, before.clone().turn_away())?;
            }
        }
        Ok(())
    }

    /// Fills the free slots in the order of joining; who is absent is passed over.
    fn let_in(&mut self, queue: QueueId) -> anyhow::Result<Vec<Entry>> {
        let room = self.room(queue).context("an admission to no queue")?;
        let slots = usize::try_from(room.queue.free_slots(room.load))?;
        let ttl = room.queue.policy.pass_ttl_seconds;
        if slots == 0 || room.waiting == 0 {
            return Ok(Vec::new());
        }
        let (next, passed_over) = self.next(queue, slots);
        let mut admitted = Vec::with_capacity(next.len());
        for before in next {
            let after = before.clone().admit(self.draft.at, ttl);
            self.put(&before, after.clone())?;
            admitted.push(after);
        }
        let known: HashSet<EntryId> = self.draft.passed_over.iter().copied().collect();
        self.draft.passed_over.extend(passed_over.into_iter().filter(|entry| !known.contains(entry)));
        Ok(admitted)
    }

    /// Who is next, at most `slots` of them, and who in front of the last of them is passed over for the first time. Where
    /// those are too many for one command they are all that it finds.
    fn next(&self, queue: QueueId, slots: usize) -> (Vec<Entry>, Vec<EntryId>) {
        let (mut next, mut passed_over, mut in_front) = (Vec::new(), Vec::new(), Vec::new());
        let waits = |id| self.entry(id).filter(|entry| entry.state == EntryState::Waiting);
        for fan in self.rooms.line(queue) {
            if next.len() == slots {
                return (next, passed_over);
            }
            if passed_over.len() + in_front.len() >= MOST_AT_ONCE {
                passed_over.append(&mut in_front);
                return (next, passed_over);
            }
            let Some(entry) = waits(fan.entry) else { continue };
            if !self.absence.is_absent(fan.presence.silent(self.moment)) {
                next.push(entry);
                passed_over.append(&mut in_front);
            } else if !fan.passed_over {
                in_front.push(fan.entry);
            }
        }
        // Who has just joined is there.
        let newcomers: Vec<Entry> = self.new_in(queue).filter_map(waits).take(slots - next.len()).collect();
        if !newcomers.is_empty() {
            passed_over.append(&mut in_front);
        }
        next.extend(newcomers);
        (next, passed_over)
    }

    /// Who has joined within the set.
    fn new_in(&self, queue: QueueId) -> impl Iterator<Item = EntryId> {
        let new =
            self.draft.changes.iter().filter(move |change| change.is_new && change.entry.queue_id == queue);
        new.map(|change| change.entry.id)
    }
}
