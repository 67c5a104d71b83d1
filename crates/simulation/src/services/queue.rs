use std::sync::Arc;

use domain::queue::{Admission, EntryError, JoinError, Joined, LeaveEffect, Standing, Waiting, WaitingRoom};
use domain::shared::{EntryId, IdGenerator, QueueId, UserId};

use crate::executor::{Bell, Process};
use crate::network::Host;
use crate::planted;
use crate::stores::{Gate, Guarded};
use crate::world::{Store, World};

/// queue-service.
pub struct QueueApp {
    waiting: Waiting,
    pub admission: Admission,
    /// Rung where a slot may have become free, or somebody may wait for one.
    slots: Bell,
}

impl Host for QueueApp {
    const PROCESS: Process = Process::Queue;

    fn running(world: &World) -> Option<Arc<Self>> {
        world.apps().queue.clone()
    }
}

impl QueueApp {
    pub async fn join(&self, queue: QueueId, user: UserId) -> Result<Joined, JoinError> {
        let joined = self.waiting.join(queue, user).await;
        self.slots.ring();
        joined
    }

    pub async fn standing(&self, queue: QueueId, entry: EntryId) -> Result<Standing, EntryError> {
        self.waiting.standing(queue, entry).await
    }

    pub async fn leave(&self, queue: QueueId, entry: EntryId) -> Result<LeaveEffect, EntryError> {
        let left = self.waiting.leave(queue, entry).await;
        self.slots.ring();
        left
    }

    pub async fn finish(&self, pass: EntryId) -> anyhow::Result<bool> {
        let finished = self.admission.finish(pass).await;
        self.slots.ring();
        finished
    }

    pub async fn yield_slot(&self, pass: EntryId) -> anyhow::Result<bool> {
        let yielded = self.admission.yield_slot(pass).await;
        self.slots.ring();
        yielded
    }
}

pub fn start(world: &Arc<World>) {
    let gate = Gate::new(world, Process::Queue, Store::Room);
    let room: Arc<dyn WaitingRoom> = Guarded::new(planted::room(world), &gate);
    let ids: Arc<dyn IdGenerator> = world.ids.clone();
    let app = Arc::new(QueueApp {
        waiting: Waiting::new(Arc::clone(&room), ids),
        admission: Admission::new(room, world.settings.admission),
        slots: Bell::new(world.executor.clone()),
    });
    world.apps().queue = Some(Arc::clone(&app));
    let (executor, interval) = (world.executor.clone(), world.settings.intervals.admission);
    world.executor.spawn(Process::Queue, async move {
        loop {
            app.admission.admit_everywhere(|_| ()).await.ok();
            let next = executor.now() + interval;
            app.slots.wait_until(next).await;
        }
    });
}
