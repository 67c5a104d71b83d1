use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::waiting::{Sleep, Yield};
use super::{Moment, Process, Work};
use crate::chance::Chance;

/// A task; its slot is used again by later ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TaskId {
    slot: usize,
    generation: u32,
}

impl TaskId {
    pub const fn slot(self) -> usize {
        self.slot
    }

    pub fn code(self) -> u64 {
        u64::try_from(self.slot).unwrap_or(u64::MAX) << 32 | u64::from(self.generation)
    }
}

/// The handle that tasks spawn, sleep and choose with.
#[derive(Clone)]
pub struct Executor(Arc<Mutex<Core>>);

pub(super) type TimerKey = (Moment, u64);

struct Core {
    now: Moment,
    chance: Chance,
    tasks: Vec<Entry>,
    free: Vec<usize>,
    ready: Vec<TaskId>,
    /// By time and, for one time, in the order of setting.
    timers: BTreeMap<TimerKey, TaskId>,
    timers_set: u64,
    current: Option<TaskId>,
    born: Vec<(TaskId, Work)>,
    doomed: Doomed,
}

struct Entry {
    generation: u32,
    process: Process,
    alive: bool,
    queued: bool,
}

/// Whose turn it is, when, and what was spawned since the last turn.
pub(super) struct Turn {
    pub task: TaskId,
    pub process: Process,
    pub now: Moment,
    pub born: Vec<(TaskId, Work)>,
}

/// What the running task wants ended.
#[derive(Default)]
pub(super) struct Doomed {
    pub processes: Vec<Process>,
    pub tasks: Vec<TaskId>,
}

impl Core {
    fn wake(&mut self, task: TaskId) {
        if let Some(entry) = self.tasks.get_mut(task.slot)
            && entry.alive
            && entry.generation == task.generation
            && !entry.queued
        {
            entry.queued = true;
            self.ready.push(task);
        }
    }

    fn place(&mut self, process: Process) -> TaskId {
        if let Some(slot) = self.free.pop()
            && let Some(entry) = self.tasks.get_mut(slot)
        {
            entry.generation += 1;
            (entry.process, entry.alive, entry.queued) = (process, true, false);
            return TaskId { slot, generation: entry.generation };
        }
        self.tasks.push(Entry { generation: 0, process, alive: true, queued: false });
        TaskId { slot: self.tasks.len() - 1, generation: 0 }
    }
}

impl Executor {
    pub(super) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Core {
            now: Moment::default(),
            chance: Chance::new(seed),
            tasks: Vec::new(),
            free: Vec::new(),
            ready: Vec::new(),
            timers: BTreeMap::new(),
            timers_set: 0,
            current: None,
            born: Vec::new(),
            doomed: Doomed::default(),
        })))
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> Moment {
        self.core().now
    }

    /// Draws from the world's chance.
    pub fn draw<T>(&self, choose: impl FnOnce(&mut Chance) -> T) -> T {
        choose(&mut self.core().chance)
    }

    /// Draws, knowing the time.
    pub fn draw_at<T>(&self, choose: impl FnOnce(Moment, &mut Chance) -> T) -> T {
        let core = &mut *self.core();
        choose(core.now, &mut core.chance)
    }

    /// Starts a task that belongs to `process`.
    pub fn spawn(&self, process: Process, work: impl Future<Output = ()> + Send + 'static) -> TaskId {
        let work: Work = Box::pin(work);
        let mut core = self.core();
        let task = core.place(process);
        core.born.push((task, work));
        core.wake(task);
        task
    }

    /// Kills a process once the running task gives way; the caller, if it belongs to it, does not come back.
    pub fn doom(&self, process: Process) {
        self.core().doomed.processes.push(process);
    }

    /// Ends a task once the running one gives way.
    pub fn abort(&self, task: TaskId) {
        self.core().doomed.tasks.push(task);
    }

    pub fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send + use<> {
        Sleep::until(self.clone(), self.now() + duration)
    }

    pub fn sleep_until(&self, moment: Moment) -> impl Future<Output = ()> + Send + use<> {
        Sleep::until(self.clone(), moment)
    }

    /// Lets others run.
    pub fn give_way(&self) -> impl Future<Output = ()> + Send + use<> {
        Yield::new(self.clone())
    }

    pub(super) fn wake(&self, task: TaskId) {
        self.core().wake(task);
    }

    pub(super) fn wake_current(&self) {
        let mut core = self.core();
        if let Some(current) = core.current {
            core.wake(current);
        }
    }

    pub(super) fn current(&self) -> Option<TaskId> {
        self.core().current
    }

    /// Wakes the running task at `moment`; `None` where that has come already.
    pub(super) fn set_timer(&self, moment: Moment) -> Option<TimerKey> {
        let mut core = self.core();
        let task = core.current.filter(|_| core.now < moment)?;
        core.timers_set += 1;
        let key = (moment, core.timers_set);
        core.timers.insert(key, task);
        Some(key)
    }

    pub(super) fn clear_timer(&self, key: TimerKey) {
        self.core().timers.remove(&key);
    }

    /// Chooses who runs next, and hands over what was spawned since the last time.
    pub(super) fn next_ready(&self) -> Option<Turn> {
        let core = &mut *self.core();
        let chosen = core.chance.place(core.ready.len())?;
        let task = core.ready.swap_remove(chosen);
        let entry = core.tasks.get_mut(task.slot)?;
        entry.queued = false;
        core.current = Some(task);
        let (process, now) = (entry.process, core.now);
        Some(Turn { task, process, now, born: std::mem::take(&mut core.born) })
    }

    /// Lets the time pass to the next timer; false where there is none.
    pub(super) fn jump(&self) -> bool {
        let core = &mut *self.core();
        let Some(((moment, _), _)) = core.timers.first_key_value() else { return false };
        core.now = *moment;
        while let Some(next) = core.timers.first_entry()
            && next.key().0 <= core.now
        {
            let task = next.remove();
            core.wake(task);
        }
        true
    }

    pub(super) fn take_born(&self) -> Vec<(TaskId, Work)> {
        std::mem::take(&mut self.core().born)
    }

    pub(super) fn take_doomed(&self) -> Option<Doomed> {
        let mut core = self.core();
        core.current = None;
        let none = core.doomed.processes.is_empty() && core.doomed.tasks.is_empty();
        (!none).then(|| std::mem::take(&mut core.doomed))
    }

    /// Frees a task's slot; false where it was free already.
    pub(super) fn forget(&self, task: TaskId) -> bool {
        let core = &mut *self.core();
        let Some(entry) = core.tasks.get_mut(task.slot) else { return false };
        if !entry.alive || entry.generation != task.generation {
            return false;
        }
        entry.alive = false;
        if entry.queued {
            core.ready.retain(|ready| *ready != task);
        }
        core.free.push(task.slot);
        true
    }

    /// Frees the slots of a process's tasks and names them.
    pub(super) fn slots_of(&self, process: Process) -> Vec<usize> {
        let tasks: Vec<TaskId> = {
            let core = self.core();
            let of_process =
                core.tasks.iter().enumerate().filter(|(_, entry)| entry.alive && entry.process == process);
            of_process.map(|(slot, entry)| TaskId { slot, generation: entry.generation }).collect()
        };
        tasks.into_iter().filter(|task| self.forget(*task)).map(TaskId::slot).collect()
    }
}
