use anyhow::Context;
use async_trait::async_trait;
use domain::adapters::memory::{MemoryWaitingRoom, Rooms};
use domain::queue::{
    Entry, EntryState, JoinError, JoinRequest, Joined, LeaveEffect, Polled, Queue, QueueChange, QueueError,
    QueueFigures, QueueOverview, Revocations, Standing, WaitingRoom,
};
use domain::shared::{EntryId, QueueId};

use super::{Plant, Wrong};

#[async_trait]
impl WaitingRoom for Wrong<MemoryWaitingRoom> {
    async fn join(&self, request: JoinRequest) -> Result<Joined, JoinError> {
        if self.plant != Plant::TwoPlaces {
            return self.right.join(request).await;
        }
        let now = self.world.executor.now().date();
        let has_one = self.right.inspect(|rooms| {
            let mut mine = rooms.entries.values().filter(|entry| entry.user_id == request.user_id);
            mine.any(|entry| !entry.clone().at(now).state.has_ended())
        });
        self.between_two_transactions().await;
        if has_one {
            return self.right.join(request).await;
        }
        self.right.inspect(|rooms| {
            let last = rooms.entries.values().map(|entry| entry.sequence).max().unwrap_or(0);
            let JoinRequest { entry_id, queue_id, user_id } = request;
            put(rooms, Entry::joined(entry_id, queue_id, user_id, last + 1, now));
        });
        let standing = self.right.standing(request.entry_id).await?.context("the place was just taken")?;
        Ok(Joined { standing, is_new: true })
    }

    async fn standing(&self, entry: EntryId) -> anyhow::Result<Option<Standing>> {
        self.right.standing(entry).await
    }

    async fn poll(&self, entry: EntryId) -> anyhow::Result<Polled> {
        self.right.poll(entry).await
    }

    fn touch(&self, entry: EntryId) {
        self.right.touch(entry);
    }

    fn changes(&self) -> u64 {
        self.right.changes()
    }

    async fn leave(&self, entry: EntryId) -> anyhow::Result<Option<LeaveEffect>> {
        self.right.leave(entry).await
    }

    async fn finish(&self, entry: EntryId) -> anyhow::Result<bool> {
        match self.plant {
            Plant::FinishIsForgotten => Ok(true),
            Plant::FinishEndsTheFan => {
                let now = self.world.executor.now().date();
                let present = self.right.inspect(|rooms| {
                    let fan = rooms.entries.values().find(|found| found.id == entry)?.user_id;
                    let mut mine = rooms.entries.values().filter(|found| found.user_id == fan);
                    mine.rfind(|found| !(*found).clone().at(now).state.has_ended()).map(|found| found.id)
                });
                self.right.finish(present.unwrap_or(entry)).await
            }
            _ => self.right.finish(entry).await,
        }
    }

    async fn yield_slot(&self, entry: EntryId) -> anyhow::Result<bool> {
        self.right.yield_slot(entry).await
    }

    async fn admit(&self, queue: QueueId) -> anyhow::Result<Vec<Entry>> {
        match self.plant {
            Plant::AdmissionOffByOne => {
                let mut admitted = self.right.admit(queue).await?;
                if !admitted.is_empty() {
                    admitted.extend(self.let_in(|rooms| rooms.entries.values().find(waits).cloned()));
                }
                Ok(admitted)
            }
            Plant::RateIsForgotten => {
                self.right.inspect(|rooms| rooms.admissions.clear());
                self.right.admit(queue).await
            }
            Plant::LastComeFirstServed => self.admit_from_the_end(queue).await,
            Plant::ExpiredKeepsItsSlot => {
                let max = self.world.settings.admission.max_active;
                let inside = self.right.inspect(|rooms| rooms.entries.values().filter(is_inside).count());
                let full = u32::try_from(inside).is_ok_and(|inside| inside >= max);
                if full { Ok(Vec::new()) } else { self.right.admit(queue).await }
            }
            Plant::FirstSlotOnly => {
                let max = self.world.settings.admission.max_active;
                let ever =
                    self.right.inspect(|rooms| rooms.entries.values().filter(|entry| !waits(entry)).count());
                let over = u32::try_from(ever).is_ok_and(|ever| ever >= max);
                if over { Ok(Vec::new()) } else { self.right.admit(queue).await }
            }
            _ => self.right.admit(queue).await,
        }
    }

    async fn establish(&self, main: Queue) -> anyhow::Result<()> {
        self.right.establish(main).await
    }

    async fn configure(
        &self,
        template: Queue,
        change: QueueChange,
    ) -> Result<(QueueOverview, bool), QueueError> {
        self.right.configure(template, change).await
    }

    async fn overview(&self, queue: QueueId) -> anyhow::Result<Option<QueueOverview>> {
        self.right.overview(queue).await
    }

    async fn figures(&self, queue: QueueId) -> anyhow::Result<Option<QueueFigures>> {
        self.right.figures(queue).await
    }

    async fn queues(&self) -> anyhow::Result<Vec<QueueId>> {
        self.right.queues().await
    }

    async fn revoked_after(&self, version: i64) -> anyhow::Result<Revocations> {
        self.right.revoked_after(version).await
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature of a filter over references")]
fn waits(entry: &&Entry) -> bool {
    entry.state == EntryState::Waiting
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature of a filter over references")]
fn is_inside(entry: &&Entry) -> bool {
    matches!(entry.state, EntryState::Admitted { .. })
}

fn put(rooms: &mut Rooms, entry: Entry) {
    let key = (entry.queue_id, entry.sequence);
    rooms.sequences.insert(entry.id, key);
    rooms.entries.insert(key, entry);
}

impl Wrong<MemoryWaitingRoom> {
    /// Lets one fan in, whether or not there is room.
    fn let_in(&self, choose: impl FnOnce(&Rooms) -> Option<Entry>) -> Option<Entry> {
        let (now, ttl) = (self.world.executor.now().date(), self.world.settings.admission.pass_ttl_seconds);
        self.right.inspect(|rooms| {
            let entry = choose(rooms)?.admit(now, ttl);
            put(rooms, entry.clone());
            rooms.admissions.push((entry.queue_id, now));
            Some(entry)
        })
    }

    /// Turns the line round where more wait than can come in.
    async fn admit_from_the_end(&self, queue: QueueId) -> anyhow::Result<Vec<Entry>> {
        let (waiting, free) = self.right.inspect(|rooms| {
            let waiting = rooms.entries.values().filter(waits).count();
            (waiting, rooms.entries.values().filter(is_inside).count() == 0)
        });
        if waiting > 1 && free {
            let last = self.let_in(|rooms| rooms.entries.values().rev().find(waits).cloned());
            return Ok(last.into_iter().collect());
        }
        self.right.admit(queue).await
    }
}
