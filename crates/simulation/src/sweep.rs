//! Many seeds, on all cores: each world stays on one thread.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use crate::faults::Cells;
use crate::planted::Plant;
use crate::world::{Disasters, Options, Outcome, lock, run};

/// What many worlds came to together.
#[derive(Default)]
pub struct Totals {
    pub seeds: u64,
    pub steps: u64,
    pub virtual_millis: u64,
    pub sold: usize,
    pub cells: Cells,
    pub disasters: Disasters,
    /// The lowest seed that broke a guarantee, of those that were run.
    pub failed: Option<Outcome>,
}

/// Seeds that a thread takes at once: enough that taking them costs nothing.
const CHUNK: u64 = 16;

/// Runs all seeds of the range, or until one breaks a guarantee.
pub fn sweep(seeds: Range<u64>, threads: NonZeroUsize, plant: Option<Plant>) -> Totals {
    let (next, stop) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let totals = Mutex::new(Totals::default());
    thread::scope(|scope| {
        for _ in 0..threads.get() {
            scope.spawn(|| {
                let mut mine = Totals::default();
                while !stop.load(Ordering::Relaxed) {
                    let first = next.fetch_add(CHUNK, Ordering::Relaxed);
                    if first >= seeds.end {
                        break;
                    }
                    mine.run(first..seeds.end.min(first + CHUNK), plant);
                    if mine.failed.is_some() {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
                lock(&totals).add(mine);
            });
        }
    });
    totals.into_inner().unwrap_or_default()
}

impl Totals {
    fn run(&mut self, seeds: Range<u64>, plant: Option<Plant>) {
        for seed in seeds {
            let outcome = run(seed, Options { plant, ..Options::default() });
            self.seeds += 1;
            self.steps += outcome.steps;
            self.virtual_millis += outcome.ended_at.as_millis();
            self.sold += outcome.sold;
            self.cells.add(&outcome.cells);
            self.disasters.add(&outcome.disasters);
            if outcome.violation.is_some() {
                self.failed = Some(outcome);
                return;
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.steps += other.steps;
        self.virtual_millis += other.virtual_millis;
        self.sold += other.sold;
        self.cells.add(&other.cells);
        self.disasters.add(&other.disasters);
        self.failed = match (self.failed.take(), other.failed) {
            (Some(mine), Some(theirs)) => Some(if mine.seed <= theirs.seed { mine } else { theirs }),
            (mine, theirs) => mine.or(theirs),
        };
    }
}
