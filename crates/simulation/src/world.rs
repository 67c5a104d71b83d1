//! One world: its stores, its services, its fans, its weather, and what is known about it.

mod closing;
mod disasters;
mod outcome;
mod run;
mod settings;
mod time;
mod watch;

use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::adapters::memory::{MemoryBoxOffice, MemoryCatalogue, MemoryLedger, MemoryWaitingRoom};
use domain::shared::EntryId;

use crate::executor::{Executor, Moment, Process, TaskId};
use crate::faults::{Cells, Fault, Step, Weather};
use crate::guarantees::{Violation, passes};
use crate::network::Provider;
use crate::planted::Plant;
use crate::services::{self, Apps};
use crate::trace::Trace;

pub use disasters::{Disaster, Disasters};
pub use outcome::Outcome;
pub use run::{Life, Options, run};
pub use settings::Settings;
pub use time::{CountedIds, SkewedClock, number};
pub use watch::{Acknowledged, Watch};

/// What everybody in a world can reach.
pub struct World {
    pub executor: Executor,
    pub settings: Settings,
    pub weather: Weather,
    pub stores: Stores,
    pub ids: Arc<CountedIds>,
    pub plant: Option<Plant>,
    apps: Mutex<Apps>,
    trace: Mutex<Trace>,
    cells: Mutex<Cells>,
    disasters: Mutex<Disasters>,
    verdict: Mutex<Option<Violation>>,
    watch: Mutex<Watch>,
    dirty: AtomicU8,
    trouble_until: AtomicU64,
}

/// What survives every crash.
pub struct Stores {
    pub box_office: Arc<MemoryBoxOffice>,
    pub ledger: Arc<MemoryLedger>,
    pub room: Arc<MemoryWaitingRoom>,
    pub catalogue: Arc<MemoryCatalogue>,
    /// The company outside; not ours, but it forgets nothing either.
    pub provider: Arc<Provider>,
}

/// The stores as bits: which of them may have changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Store {
    BoxOffice,
    Ledger,
    Room,
    Catalogue,
}

impl Store {
    pub const fn bit(self) -> u8 {
        match self {
            Self::BoxOffice => 1,
            Self::Ledger => 2,
            Self::Room => 4,
            Self::Catalogue => 8,
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub fn note(&self, what: &'static str, numbers: [u64; 2], text: impl fmt::Display) {
        lock(&self.trace).event(self.executor.now(), what, numbers, text);
    }

    pub fn watch(&self) -> MutexGuard<'_, Watch> {
        lock(&self.watch)
    }

    pub fn apps(&self) -> MutexGuard<'_, Apps> {
        lock(&self.apps)
    }

    /// Something may have been written.
    pub fn touched(&self, store: Store) {
        self.dirty.fetch_or(store.bit(), Ordering::Relaxed);
    }

    /// Something goes on being wrong until `moment`; what must happen in time is measured from there.
    pub fn trouble(&self, moment: Moment) {
        self.trouble_until.fetch_max(moment.as_millis(), Ordering::Relaxed);
    }

    /// When the last trouble known of ends, or ended.
    pub fn trouble_until(&self) -> Moment {
        Moment::from_millis(self.trouble_until.load(Ordering::Relaxed))
    }

    /// A guarantee was seen broken. The first word counts.
    pub fn violated(&self, rule: &'static str, message: String) {
        let at = self.executor.now();
        let mut verdict = lock(&self.verdict);
        if verdict.is_none() {
            *verdict = Some(Violation { rule, message, at });
        }
    }

    /// What was seen broken, if anything was.
    pub fn verdict(&self) -> Option<Violation> {
        lock(&self.verdict).clone()
    }

    /// What befalls `step` now, if anything does.
    pub fn strike(&self, step: Step, faults: &[Fault]) -> Option<Fault> {
        let fault = self.executor.draw_at(|now, chance| self.weather.strike(now, chance, step, faults))?;
        self.fired(step, fault);
        Some(fault)
    }

    /// A fault has fallen on a step.
    pub fn fired(&self, step: Step, fault: Fault) {
        lock(&self.cells).fired(step, fault);
        self.trouble(self.executor.now());
        let numbers = [u64::try_from(step.index()).unwrap_or(0), u64::try_from(fault.index()).unwrap_or(0)];
        self.note("fault", numbers, format_args!("{} at {}", fault.word(), step.word()));
    }

    pub fn befell(&self, disaster: Disaster) {
        lock(&self.disasters).count(disaster);
        self.note(disaster.word(), [0, 0], "");
    }

    /// Ends a process as `kill -9` does, and starts it again later over the same stores.
    pub fn kill(self: &Arc<Self>, process: Process, down: Duration) {
        self.note("killed", [process.code(), 0], format_args!("{process:?} for {down:?}"));
        self.trouble(self.executor.now() + down);
        self.apps().stop(process);
        self.executor.doom(process);
        let world = Arc::clone(self);
        self.executor.spawn(Process::World, async move {
            world.executor.sleep(down).await;
            services::start(&world, process);
        });
    }

    /// A pass may have ended before its time: said within the step of the queue's store that ended it.
    pub fn pass_ended(&self, pass: EntryId, ended: Option<bool>) {
        if ended == Some(true) {
            passes::ended(self, pass);
            self.watch().passes_ended.insert(pass, self.executor.now());
        }
    }

    /// The client of a call hangs up. What was begun goes on without it.
    pub fn abandon(&self, carried: TaskId) {
        if self.plant == Some(Plant::CommandDiesWithItsConnection) {
            self.executor.abort(carried);
        }
    }

    /// The calling task's own process dies here; the task does not come back.
    pub async fn die(self: &Arc<Self>, process: Process) {
        let down = self.executor.draw(|chance| match chance.below(4) {
            0 => chance.millis(1, 50),
            1 | 2 => chance.millis(100, 1_500),
            _ => chance.millis(1_500, 9_000),
        });
        self.kill(process, down);
        std::future::pending::<()>().await;
    }
}
