//! One attempt at a call, and what can befall it.

use std::sync::Arc;
use std::time::Duration;

use super::Host;
use crate::executor::{Moment, Process, Receiver, Sender, TaskId, channel};
use crate::faults::{Fault, Step};
use crate::world::World;

/// What one attempt came to.
pub enum Attempt<A> {
    Answered(A),
    /// No answer in time, or the connection broke: it may or may not have been carried out.
    Silence,
    /// Certainly not carried out.
    NotConnected,
}

/// One call on its way: what is to be done over there, and who waits for the answer.
struct Call<F, A> {
    world: Arc<World>,
    work: F,
    /// Nobody, where the answer is lost.
    answer: Option<Arc<Sender<A>>>,
    /// How long it takes to be begun, and then to be answered.
    before: Duration,
    after: Duration,
}

/// Carries out `work` over there and waits for its answer, at most until the deadline.
pub async fn once<H, A, F, W>(
    world: &Arc<World>,
    caller: Process,
    step: Step,
    deadline: Duration,
    work: F,
) -> Attempt<A>
where
    H: Host,
    A: Send + 'static,
    F: Fn(Arc<H>) -> W + Clone + Send + Sync + 'static,
    W: Future<Output = A> + Send + 'static,
{
    let executor = &world.executor;
    let until = executor.now() + deadline;
    let fate = world.strike(step, &Fault::OF_CALLS);
    let (sender, receiver) = channel(executor);
    let call = Call::new(world, work, sender);
    if fate == Some(Fault::PeerDown) {
        executor.sleep(Duration::from_millis(1)).await;
        return Attempt::NotConnected;
    }
    if fate == Some(Fault::CallLost) {
        world.trouble(until);
        executor.sleep_until(until).await;
        return Attempt::Silence;
    }
    let Some(carried) = call.deliver(fate, deadline) else {
        executor.sleep(Duration::from_millis(1)).await;
        return Attempt::NotConnected;
    };
    if let Some(Fault::KilledWhileWaiting | Fault::ClientResetsTheConnection) = fate {
        let pause = executor.draw(|chance| chance.millis(0, 40));
        executor.sleep(pause).await;
    }
    if fate == Some(Fault::KilledWhileWaiting) {
        world.die(caller).await;
    }
    if fate == Some(Fault::ClientResetsTheConnection) {
        world.abandon(carried);
        return Attempt::Silence;
    }
    let answered = wait(world, receiver, until).await;
    if fate == Some(Fault::DriverStallsPastItsLease) {
        // The lease of a payment is 8 s.
        let pause = executor.draw(|chance| chance.millis(8_000, 16_000));
        world.trouble(executor.now() + pause);
        executor.sleep(pause).await;
    }
    answered
}

/// A callee that dies closes the connection, or takes its host with it and says nothing.
async fn wait<A>(world: &Arc<World>, receiver: Receiver<A>, until: Moment) -> Attempt<A> {
    match receiver.receive_until(until).await {
        Some(Ok(answer)) => Attempt::Answered(answer),
        Some(Err(_gone)) => {
            if world.executor.draw(|chance| chance.one_in(3)) {
                world.executor.sleep_until(until).await;
            }
            Attempt::Silence
        }
        None => Attempt::Silence,
    }
}

impl<F, A> Call<F, A> {
    fn new(world: &Arc<World>, work: F, answer: Sender<A>) -> Self {
        let hop = |long: u32| {
            let drawn = world.executor.draw(|chance| match chance.below(8) {
                0 => chance.between(1, long),
                _ => 0,
            });
            Duration::from_millis(drawn.into())
        };
        let (before, after) = (hop(40), hop(40));
        Self { world: Arc::clone(world), work, answer: Some(Arc::new(answer)), before, after }
    }
}

impl<F: Clone, A> Call<F, A> {
    fn again(&self) -> Self {
        Self {
            world: Arc::clone(&self.world),
            work: self.work.clone(),
            answer: self.answer.clone(),
            before: self.before,
            after: self.after,
        }
    }

    /// Sends it off as its fate has it; `None` where nobody listens over there.
    fn deliver<H, W>(mut self, fate: Option<Fault>, deadline: Duration) -> Option<TaskId>
    where
        H: Host,
        A: Send + 'static,
        F: Fn(Arc<H>) -> W + Send + Sync + 'static,
        W: Future<Output = A> + Send + 'static,
    {
        let draw = |low: u32, high: u32| self.world.executor.draw(|chance| chance.millis(low, high));
        if fate == Some(Fault::CallLate) {
            self.before = deadline + draw(0, 9_000);
        }
        if fate == Some(Fault::AnswerLost) {
            self.answer = None;
        }
        if fate == Some(Fault::PeerTakes30Seconds) {
            let late = if self.world.executor.draw(|chance| chance.one_in(2)) {
                &mut self.before
            } else {
                &mut self.after
            };
            *late = Duration::from_secs(30);
        }
        let again_after = match fate {
            Some(Fault::CallDuplicated) => Some(draw(0, 20)),
            Some(Fault::CallDuplicatedLate) => Some(draw(500, 25_000)),
            Some(_) | None => None,
        };
        if let Some(before) = again_after {
            let twin = Self { before, ..self.again() };
            twin.send();
        }
        self.send()
    }

    /// Lets it travel, and run over there as a task of that process, whatever becomes of its caller.
    fn send<H, W>(self) -> Option<TaskId>
    where
        H: Host,
        A: Send + 'static,
        F: Fn(Arc<H>) -> W + Send + Sync + 'static,
        W: Future<Output = A> + Send + 'static,
    {
        let host = H::running(&self.world)?;
        let executor = self.world.executor.clone();
        if self.before.is_zero() {
            return Some(executor.spawn(H::PROCESS, self.run(host)));
        }
        drop(host);
        // On its way it belongs to nobody: it arrives at whoever runs there by then.
        Some(executor.clone().spawn(Process::World, async move {
            executor.sleep(self.before).await;
            if let Some(host) = H::running(&self.world) {
                executor.spawn(H::PROCESS, self.run(host));
            }
        }))
    }

    async fn run<H, W>(self, host: Arc<H>)
    where
        H: Host,
        A: Send + 'static,
        F: Fn(Arc<H>) -> W + Send + Sync + 'static,
        W: Future<Output = A> + Send + 'static,
    {
        let unfinished = Unfinished { world: &self.world, process: H::PROCESS };
        let answer = (self.work)(host).await;
        std::mem::forget(unfinished);
        if let Some(sender) = self.answer {
            if !self.after.is_zero() {
                self.world.executor.sleep(self.after).await;
            }
            sender.send(answer);
        }
    }
}

/// Notices a call that is dropped half way although its process lives.
struct Unfinished<'a> {
    world: &'a World,
    process: Process,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if self.world.apps().is_up(self.process) {
            let message = format!("a command of {:?} ended with its client's connection", self.process);
            self.world.violated("client resets the connection", message);
        }
    }
}
