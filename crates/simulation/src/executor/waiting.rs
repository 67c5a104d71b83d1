//! All that a task can wait for: the time, a turn, a value, a bell.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use super::Moment;
use super::core::{Executor, TaskId, TimerKey};

/// A timer that is cleared when nobody waits for it any more.
struct Timer {
    executor: Executor,
    until: Moment,
    set: Option<TimerKey>,
}

impl Timer {
    fn poll(&mut self) -> Poll<()> {
        if self.set.is_none() {
            self.set = self.executor.set_timer(self.until);
            return if self.set.is_none() { Poll::Ready(()) } else { Poll::Pending };
        }
        if self.executor.now() >= self.until { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(key) = self.set {
            self.executor.clear_timer(key);
        }
    }
}

/// Ready at a moment.
pub(super) struct Sleep(Timer);

impl Sleep {
    pub fn until(executor: Executor, until: Moment) -> Self {
        Self(Timer { executor, until, set: None })
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        self.0.poll()
    }
}

/// Ready the second time it is asked.
pub(super) struct Yield {
    executor: Executor,
    yielded: bool,
}

impl Yield {
    pub fn new(executor: Executor) -> Self {
        Self { executor, yielded: false }
    }
}

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        if self.yielded {
            return Poll::Ready(());
        }
        self.yielded = true;
        self.executor.wake_current();
        Poll::Pending
    }
}

/// The other end of a channel is no more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gone;

pub(super) struct Slot<T> {
    value: Option<T>,
    closed: bool,
    waiter: Option<TaskId>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { value: None, closed: false, waiter: None }
    }
}

type Shared<T> = Arc<Mutex<Slot<T>>>;

fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends one value.
pub struct Sender<T> {
    executor: Executor,
    slot: Shared<T>,
}

impl<T> Sender<T> {
    pub(super) fn new(executor: Executor, slot: Shared<T>) -> Self {
        Self { executor, slot }
    }

    /// Sends; a second value, or one that nobody waits for, is dropped.
    pub fn send(&self, value: T) {
        let waiter = {
            let mut slot = lock(&self.slot);
            if slot.value.is_some() || slot.closed {
                return;
            }
            slot.value = Some(value);
            slot.waiter.take()
        };
        if let Some(waiter) = waiter {
            self.executor.wake(waiter);
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let waiter = {
            let mut slot = lock(&self.slot);
            slot.closed = true;
            slot.waiter.take()
        };
        if let Some(waiter) = waiter {
            self.executor.wake(waiter);
        }
    }
}

/// Receives one value.
pub struct Receiver<T> {
    executor: Executor,
    slot: Shared<T>,
}

impl<T> Receiver<T> {
    pub(super) fn new(executor: Executor, slot: Shared<T>) -> Self {
        Self { executor, slot }
    }

    /// The value; `Gone` where the sender was dropped; `None` where neither came before `until`.
    pub async fn receive_until(self, until: Moment) -> Option<Result<T, Gone>> {
        let timer = Timer { executor: self.executor.clone(), until, set: None };
        Receive { receiver: self, timer }.await
    }
}

struct Receive<T> {
    receiver: Receiver<T>,
    timer: Timer,
}

impl<T> Unpin for Receive<T> {}

impl<T> Future for Receive<T> {
    type Output = Option<Result<T, Gone>>;

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Self::Output> {
        {
            let mut slot = lock(&self.receiver.slot);
            if let Some(value) = slot.value.take() {
                return Poll::Ready(Some(Ok(value)));
            }
            if slot.closed {
                return Poll::Ready(Some(Err(Gone)));
            }
            slot.waiter = self.receiver.executor.current();
        }
        self.timer.poll().map(|()| None)
    }
}

/// Wakes one who waits, or the next to wait: for work that runs by the clock or as soon as there is some.
#[derive(Clone)]
pub struct Bell {
    executor: Executor,
    slot: Shared<()>,
}

impl Bell {
    pub fn new(executor: Executor) -> Self {
        Self { executor, slot: Arc::default() }
    }

    pub fn ring(&self) {
        let waiter = {
            let mut slot = lock(&self.slot);
            slot.value = Some(());
            slot.waiter.take()
        };
        if let Some(waiter) = waiter {
            self.executor.wake(waiter);
        }
    }

    /// Until it rings, at most until `moment`.
    pub async fn wait_until(&self, moment: Moment) {
        let receiver = Receiver::new(self.executor.clone(), Arc::clone(&self.slot));
        receiver.receive_until(moment).await;
    }
}
