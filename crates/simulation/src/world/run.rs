//! The life of one world: it is set up, it runs, it comes to rest, and then it is asked what is left.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use domain::adapters::memory::{MemoryBoxOffice, MemoryCatalogue, MemoryLedger, MemoryWaitingRoom};
use domain::queue::Queue;
use domain::shared::{Clock, IdGenerator};

use super::{CountedIds, Outcome, Settings, SkewedClock, Stores, World, closing, disasters, lock};
use crate::executor::{Executor, Moment, Process, Progress, Runner};
use crate::fans;
use crate::faults::Weather;
use crate::guarantees::{Audit, unfinished_business};
use crate::planted::Plant;
use crate::services;
use crate::trace::Trace;

/// How a seed is run.
#[derive(Default)]
pub struct Options {
    pub plant: Option<Plant>,
    /// Whether the text of the trace is wanted.
    pub keep_trace: bool,
    /// In place of the weather that the seed would draw.
    pub weather: Option<Weather>,
}

/// Longer than any wait of a fan or a fault: a world that is not at rest by then never will be.
const HORIZON: Duration = Duration::from_mins(5);

/// Runs one seed.
pub fn run(seed: u64, options: Options) -> Outcome {
    let mut life = Life::begin(seed, options);
    life.come_to_rest();
    life.close();
    life.conclude(seed)
}

/// A world and what moves it.
pub struct Life {
    pub world: Arc<World>,
    pub audit: Audit,
    runner: Runner,
    steps: u64,
    next_look: Moment,
    /// Nobody is left who could do anything in time.
    closing: bool,
}

impl Life {
    /// Everybody is there, and nothing has happened yet.
    pub fn begin(seed: u64, options: Options) -> Self {
        let runner = Runner::new(seed);
        let world = set_up(runner.executor(), options);
        for process in Process::SERVICES {
            services::start(&world, process);
        }
        fans::arrive(&world);
        disasters::brew(&world);
        let next_look = Moment::default();
        Self { world, audit: Audit::default(), runner, steps: 0, next_look, closing: false }
    }

    /// Lets everything happen until nothing more will, and asks what can be asked then.
    pub fn come_to_rest(&mut self) {
        self.run_until(is_at_rest);
        if !self.is_over() {
            self.audit.at_rest(&self.world);
        }
    }

    fn close(&mut self) {
        if !self.is_over() {
            self.closing = true;
            closing::close(&self.world);
            self.run_until(|world| world.watch().busy == 0);
        }
    }

    fn is_over(&self) -> bool {
        lock(&self.world.verdict).is_some()
    }

    /// Steps on until `done`, which is asked whenever the clock has moved, or until a guarantee is broken.
    fn run_until(&mut self, done: impl Fn(&World) -> bool) {
        while !self.is_over() {
            match self.runner.step() {
                Progress::Ran(task, process, at) => {
                    self.steps += 1;
                    lock(&self.world.trace).step(at, task.code() ^ process.code() << 16);
                    let written = self.world.dirty.swap(0, Ordering::Relaxed);
                    if written != 0 {
                        self.audit.after_step(&self.world, written);
                    }
                }
                Progress::Jumped => {
                    self.look_every_second();
                    if done(&self.world) {
                        return;
                    }
                    if self.world.executor.now() > Moment::default() + HORIZON {
                        self.world.violated("10", "the world does not come to rest".to_owned());
                    }
                }
                Progress::Idle => return,
            }
        }
    }

    /// What only time breaks is noticed although nobody writes.
    fn look_every_second(&mut self) {
        let now = self.world.executor.now();
        if !self.closing && now >= self.next_look {
            self.next_look = now + Duration::from_secs(1);
            self.audit.after_step(&self.world, u8::MAX);
        }
    }

    fn conclude(self, seed: u64) -> Outcome {
        let world = &self.world;
        let trace = std::mem::replace(&mut *lock(&world.trace), Trace::new(false));
        Outcome {
            seed,
            hash: trace.hash(),
            violation: world.verdict(),
            cells: std::mem::take(&mut *lock(&world.cells)),
            disasters: *lock(&world.disasters),
            steps: self.steps,
            ended_at: world.executor.now(),
            trace: trace.into_text(),
            sold: world.stores.box_office.inspect(|stock| stock.tickets.len()),
        }
    }
}

/// What the services hold holds the world.
impl Drop for Life {
    fn drop(&mut self) {
        self.runner.clear();
        let apps = std::mem::take(&mut *self.world.apps());
        drop(apps);
    }
}

fn is_at_rest(world: &World) -> bool {
    let (busy, now) = (world.watch().busy, world.executor.now());
    let up = || Process::SERVICES.iter().all(|process| world.apps().is_up(*process));
    busy == 0
        && now > world.weather.heals_at
        && now > world.trouble_until()
        && up()
        && !unfinished_business(world)
}

fn set_up(executor: &Executor, options: Options) -> Arc<World> {
    let settings = executor.draw(Settings::drawn);
    let drawn = executor.draw(Weather::drawn);
    let weather = options.weather.unwrap_or(drawn);
    let ids = Arc::new(CountedIds::default());
    let stores = empty_stores(executor, &ids);
    let main = Queue::new(fans::QUEUE, "Main queue".to_owned(), settings.admission);
    stores.room.inspect(|rooms| rooms.queues.insert(main.id, main));
    Arc::new(World {
        executor: executor.clone(),
        settings,
        stores,
        ids,
        plant: options.plant,
        apps: Mutex::default(),
        trace: Mutex::new(Trace::new(options.keep_trace)),
        cells: Mutex::default(),
        disasters: Mutex::default(),
        verdict: Mutex::default(),
        watch: Mutex::default(),
        dirty: AtomicU8::new(0),
        trouble_until: AtomicU64::new(weather.heals_at.as_millis()),
        weather,
    })
}

fn empty_stores(executor: &Executor, ids: &Arc<CountedIds>) -> Stores {
    let clock: Arc<dyn Clock> = Arc::new(SkewedClock::new(executor.clone(), TimeDelta::zero()));
    let ids: Arc<dyn IdGenerator> = ids.clone();
    Stores {
        box_office: Arc::new(MemoryBoxOffice::new(Arc::clone(&clock), Arc::clone(&ids))),
        ledger: Arc::new(MemoryLedger::new(Arc::clone(&clock), ids)),
        room: Arc::new(MemoryWaitingRoom::new(clock)),
        catalogue: Arc::new(MemoryCatalogue::default()),
        provider: Arc::default(),
    }
}
