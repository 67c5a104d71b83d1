use async_trait::async_trait;
use domain::queue::{
    Entry, JoinError, JoinRequest, Joined, LeaveEffect, Polled, Queue, QueueChange, QueueError, QueueFigures,
    QueueOverview, Revocations, Standing, WaitingRoom,
};
use domain::shared::{EntryId, QueueId};

use super::Guarded;
use crate::faults::Step;
use crate::world::number;

#[async_trait]
impl WaitingRoom for Guarded<dyn WaitingRoom> {
    async fn join(&self, request: JoinRequest) -> Result<Joined, JoinError> {
        self.gate.enter(Step::Join).await?;
        let joined = self.inner.join(request).await;
        self.gate.world.note("join", [number(request.user_id.0), u64::from(joined.is_ok())], joined.is_ok());
        self.gate.leave(Step::Join).await?;
        joined
    }

    async fn standing(&self, entry: EntryId) -> anyhow::Result<Option<Standing>> {
        self.gate.enter(Step::Standing).await?;
        let standing = self.inner.standing(entry).await;
        self.gate.look(Step::Standing).await?;
        standing
    }

    async fn poll(&self, entry: EntryId) -> anyhow::Result<Polled> {
        self.gate.enter(Step::Standing).await?;
        let polled = self.inner.poll(entry).await;
        self.gate.look(Step::Standing).await?;
        polled
    }

    fn touch(&self, entry: EntryId) {
        self.inner.touch(entry);
    }

    fn changes(&self) -> u64 {
        self.inner.changes()
    }

    async fn leave(&self, entry: EntryId) -> anyhow::Result<Option<LeaveEffect>> {
        self.gate.enter(Step::Leave).await?;
        self.gate.world.watch().leave_asked.insert(entry);
        let left = self.inner.leave(entry).await;
        self.gate.world.note("leave", [number(entry.0), 0], format_args!("{left:?}"));
        self.gate.leave(Step::Leave).await?;
        left
    }

    async fn finish(&self, entry: EntryId) -> anyhow::Result<bool> {
        self.gate.enter(Step::FinishPass).await?;
        self.gate.world.watch().finish_asked.insert(entry);
        let finished = self.inner.finish(entry).await;
        self.gate.world.pass_ended(entry, finished.as_ref().ok().copied());
        if finished.is_ok() {
            self.gate.world.watch().finish_done.insert(entry);
        }
        self.gate.world.note("finish", [number(entry.0), 0], format_args!("{finished:?}"));
        self.gate.leave(Step::FinishPass).await?;
        finished
    }

    async fn yield_slot(&self, entry: EntryId) -> anyhow::Result<bool> {
        self.gate.enter(Step::YieldSlot).await?;
        self.gate.world.watch().yield_asked.insert(entry);
        let yielded = self.inner.yield_slot(entry).await;
        self.gate.world.pass_ended(entry, yielded.as_ref().ok().copied());
        if yielded.is_ok() {
            self.gate.world.watch().yield_done.insert(entry);
        }
        self.gate.world.note("yield", [number(entry.0), 0], format_args!("{yielded:?}"));
        self.gate.leave(Step::YieldSlot).await?;
        yielded
    }

    async fn admit(&self, queue: QueueId) -> anyhow::Result<Vec<Entry>> {
        self.gate.enter(Step::Admit).await?;
        let admitted = self.inner.admit(queue).await;
        for entry in admitted.iter().flatten() {
            self.gate.world.note("admit", [number(entry.id.0), 0], "");
        }
        let found = admitted.as_ref().map_or(true, |entries| !entries.is_empty());
        self.gate.leave_job(Step::Admit, found).await?;
        admitted
    }

    async fn establish(&self, main: Queue) -> anyhow::Result<()> {
        self.inner.establish(main).await
    }

    async fn configure(
        &self,
        template: Queue,
        change: QueueChange,
    ) -> Result<(QueueOverview, bool), QueueError> {
        self.inner.configure(template, change).await
    }

    async fn overview(&self, queue: QueueId) -> anyhow::Result<Option<QueueOverview>> {
        self.inner.overview(queue).await
    }

    async fn figures(&self, queue: QueueId) -> anyhow::Result<Option<QueueFigures>> {
        self.inner.figures(queue).await
    }

    async fn queues(&self) -> anyhow::Result<Vec<QueueId>> {
        self.inner.queues().await
    }

    async fn revoked_after(&self, version: i64) -> anyhow::Result<Revocations> {
        self.gate.enter(Step::Revoked).await?;
        let revoked = self.inner.revoked_after(version).await;
        self.gate.look(Step::Revoked).await?;
        revoked
    }
}
