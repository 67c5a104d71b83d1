//! Whole fans: they join, wait, look, hold, top up, pay, change their minds, lose their connection, use two tabs, and
//! try their luck with what is another's. And the operator who puts the performance on sale.

mod buying;
mod holding;
mod journey;
mod operator;
mod snooping;
mod wallet;

use std::sync::Arc;
use std::time::Duration;

use domain::shared::{ConcertId, IdGenerator, QueueId, UserId};
use uuid::Uuid;

use crate::executor::Process;
use crate::faults::Step;
use crate::network::{Attempt, Host, attempt};
use crate::world::{Acknowledged, World};

/// The one waiting room.
pub const QUEUE: QueueId = QueueId(Uuid::from_u128(1 << 64));
/// The one concert.
pub const CONCERT: ConcertId = ConcertId(Uuid::from_u128(2 << 64));

/// One person.
#[derive(Clone)]
pub struct Fan {
    world: Arc<World>,
    process: Process,
    user: UserId,
}

/// Lets the operator and all fans begin.
pub fn arrive(world: &Arc<World>) {
    operator::arrive(world);
    for number in 0..world.settings.fans {
        let user = UserId(world.ids.next());
        let fan = Fan { world: Arc::clone(world), process: Process::Fan(number), user };
        let late = world.executor.draw(|chance| chance.millis(0, 2_000));
        busy(world, Process::Fan(number), async move {
            fan.world.executor.sleep(late).await;
            fan.live().await;
        });
    }
}

/// Runs somebody who is to be waited for.
fn busy(world: &Arc<World>, process: Process, work: impl Future<Output = ()> + Send + 'static) {
    world.watch().busy += 1;
    let this = Arc::clone(world);
    world.executor.spawn(process, async move {
        work.await;
        this.watch().busy -= 1;
    });
}

impl Fan {
    /// After so long a fan gives an answer up.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// One request; `None`: no answer, whatever has become of it.
    async fn ask<H, A, F, W>(&self, step: Step, work: F) -> Option<A>
    where
        H: Host,
        A: Send + 'static,
        F: Fn(Arc<H>) -> W + Clone + Send + Sync + 'static,
        W: Future<Output = A> + Send + 'static,
    {
        match attempt::once(&self.world, self.process, step, Self::PATIENCE, work).await {
            Attempt::Answered(answer) => Some(answer),
            Attempt::Silence | Attempt::NotConnected => None,
        }
    }

    /// What was said to have been done stays done.
    fn acknowledged(&self, what: Acknowledged) {
        self.world.note("acknowledged", [self.process.code(), 0], format_args!("{what:?}"));
        self.world.watch().acknowledged.push(what);
    }

    async fn pause(&self, low: u32, high: u32) {
        let pause = self.world.executor.draw(|chance| chance.millis(low, high));
        self.world.executor.sleep(pause).await;
    }

    fn draws(&self, n: u32) -> u32 {
        self.world.executor.draw(|chance| chance.below(n))
    }

    /// Opens another tab, in which `work` is done at the same time.
    fn another_tab(&self, work: impl Future<Output = ()> + Send + 'static) {
        busy(&self.world, self.process, work);
    }
}
