//! A single-threaded executor with virtual time: the seed chooses which ready task runs next, and when none is
//! ready the clock jumps to the next timer.
//!
//! A task belongs to a process; killing the process drops its tasks wherever they are waiting. Everything waits on
//! the futures of [`waiting`], which know the task that polls them by its id, so there are no wakers.

mod core;
mod moment;
mod waiting;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use self::core::Turn;
pub use self::core::{Executor, TaskId};
pub use self::moment::Moment;
pub use self::waiting::{Bell, Gone, Receiver, Sender};

/// What a task runs.
pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Who a task belongs to, and dies with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Process {
    Queue,
    Concert,
    Reservation,
    Wallet,
    Fan(u8),
    /// Who publishes performances, and whatever goes wrong with machines.
    World,
}

impl Process {
    pub const SERVICES: [Self; 4] = [Self::Queue, Self::Concert, Self::Reservation, Self::Wallet];

    /// A number for the trace.
    pub fn code(self) -> u64 {
        match self {
            Self::Queue => 0,
            Self::Concert => 1,
            Self::Reservation => 2,
            Self::Wallet => 3,
            Self::World => 4,
            Self::Fan(number) => 5 + u64::from(number),
        }
    }
}

/// What a step of the executor came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// A task of this process was polled at this moment.
    Ran(TaskId, Process, Moment),
    /// Nothing was ready: the clock stands at the next timer now.
    Jumped,
    /// No task is ready and no timer is set.
    Idle,
}

/// The tasks of one world. The handle that they spawn and sleep with is the [`Executor`].
pub struct Runner {
    executor: Executor,
    work: Vec<Option<Work>>,
}

impl Runner {
    pub fn new(seed: u64) -> Self {
        Self { executor: Executor::new(seed), work: Vec::new() }
    }

    pub fn executor(&self) -> &Executor {
        &self.executor
    }

    /// Polls one ready task, or lets the time pass until one is.
    pub fn step(&mut self) -> Progress {
        let Some(Turn { task, process, now, born }) = self.executor.next_ready() else {
            return if self.executor.jump() { Progress::Jumped } else { Progress::Idle };
        };
        self.adopt(born);
        let slot = task.slot();
        let mut context = Context::from_waker(Waker::noop());
        if let Some(place) = self.work.get_mut(slot)
            && let Some(work) = place
            && work.as_mut().poll(&mut context).is_ready()
        {
            *place = None;
            self.executor.forget(task);
        }
        self.bury();
        Progress::Ran(task, process, now)
    }

    /// Ends every task of a process, wherever it is waiting.
    pub fn kill(&mut self, process: Process) {
        self.adopt(self.executor.take_born());
        for slot in self.executor.slots_of(process) {
            self.drop_work(slot);
        }
    }

    /// Drops every task.
    pub fn clear(&mut self) {
        drop(self.executor.take_born());
        self.work.clear();
    }

    /// Takes over what was spawned since.
    fn adopt(&mut self, born: Vec<(TaskId, Work)>) {
        for (task, work) in born {
            let slot = task.slot();
            if self.work.len() <= slot {
                self.work.resize_with(slot + 1, || None);
            }
            if let Some(place) = self.work.get_mut(slot) {
                *place = Some(work);
            }
        }
    }

    /// Ends what was asked to be ended during the last poll.
    fn bury(&mut self) {
        let Some(doomed) = self.executor.take_doomed() else { return };
        self.adopt(self.executor.take_born());
        for process in doomed.processes {
            self.kill(process);
        }
        for task in doomed.tasks {
            if self.executor.forget(task) {
                self.drop_work(task.slot());
            }
        }
    }

    /// Dropping a future may reach back into the executor, so nothing of it is locked meanwhile.
    fn drop_work(&mut self, slot: usize) {
        let work = self.work.get_mut(slot).and_then(Option::take);
        drop(work);
    }
}

/// The tasks hold the executor and the executor the tasks that were not adopted yet: broken up here.
impl Drop for Runner {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A channel for one value, between tasks.
pub fn channel<T>(executor: &Executor) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::default();
    (Sender::new(executor.clone(), Arc::clone(&shared)), Receiver::new(executor.clone(), shared))
}

#[cfg(test)]
mod tests;
