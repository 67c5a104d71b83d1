//! The command line.

use std::io::{Write, stdout};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Instant;

use clap::Parser;

use crate::faults::LIKELY_AFTER_SEEDS;
use crate::planted::Plant;
use crate::sweep::{Totals, sweep};
use crate::world::{Options, run};

/// Prints a line. A reader who has seen enough, as `head` has, ends nothing.
macro_rules! say {
    ($($text:tt)*) => {
        writeln!(stdout(), $($text)*).ok()
    };
}

/// Runs the whole box office in simulated worlds, and checks after every step what must always hold.
#[derive(Debug, Parser)]
#[command(name = "simulation", version)]
pub struct Cli {
    /// How many worlds.
    #[arg(long, default_value_t = 10_000)]
    pub seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    pub from: u64,
    /// Threads; as many as there are cores unless given.
    #[arg(long)]
    pub threads: Option<NonZeroUsize>,
    /// Runs this seed alone.
    #[arg(long)]
    pub seed: Option<u64>,
    /// With `--seed`: prints everything that happens.
    #[arg(long, requires = "seed")]
    pub trace: bool,
    /// Prints how often each fault fell on each step.
    #[arg(long)]
    pub cells: bool,
    /// Plants a deliberate mistake.
    #[arg(long, value_parser = plant)]
    pub plant: Option<Plant>,
    /// Plants every mistake in turn and prints after how many seeds it is caught.
    #[arg(long)]
    pub plants: bool,
}

fn plant(word: &str) -> Result<Plant, String> {
    let known = || Plant::ALL.map(Plant::word).join(", ");
    Plant::ALL.into_iter().find(|plant| plant.word() == word).ok_or_else(|| format!("one of {}", known()))
}

/// Runs what the arguments ask for.
pub fn main(cli: &Cli) -> ExitCode {
    let well = match cli.seed {
        Some(seed) => replay(seed, cli.plant, cli.trace),
        None if cli.plants => table_of_plants(cli),
        None => search(cli),
    };
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Cli {
    fn threads(&self) -> NonZeroUsize {
        self.threads.or_else(|| available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
    }
}

/// Runs one seed again. True where nothing broke.
fn replay(seed: u64, plant: Option<Plant>, trace: bool) -> bool {
    let outcome = run(seed, Options { plant, keep_trace: trace, ..Options::default() });
    say!("{}", outcome.trace.trim_end());
    let (steps, end, hash) = (outcome.steps, outcome.ended_at, outcome.hash);
    say!("seed {seed}: {steps} steps, {end} s of virtual time, trace hash {hash:016x}");
    match outcome.violation {
        Some(violation) => say!("{violation}"),
        None => say!("no guarantee broken"),
    };
    let again = run(seed, Options { plant, ..Options::default() });
    if again.hash != hash {
        say!("the same seed gave another trace: {:016x}", again.hash);
    }
    again.hash == hash && again.violation.is_none()
}

/// Looks for a seed that breaks a guarantee. True where there is none, and every fault was seen.
fn search(cli: &Cli) -> bool {
    let begun = Instant::now();
    let totals = sweep(cli.from..cli.from.saturating_add(cli.seeds), cli.threads(), cli.plant);
    let seconds = begun.elapsed().as_secs_f64();
    if cli.cells {
        say!("{}\n", totals.cells.table());
        for (disaster, count) in totals.disasters.counted() {
            say!("{:44}{count:>10}", disaster.word());
        }
    }
    summary(&totals, seconds);
    if let Some(failed) = &totals.failed {
        replay(failed.seed, cli.plant, true);
        return false;
    }
    every_fault_was_seen(&totals)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "figures for people")]
fn summary(totals: &Totals, seconds: f64) {
    let seeds = totals.seeds.max(1) as f64;
    say!(
        "{} seeds in {seconds:.1} s: {:.0} seeds/s; per world {:.0} steps, {:.1} s of virtual time, {:.2} sales",
        totals.seeds,
        totals.seeds as f64 / seconds,
        totals.steps as f64 / seeds,
        totals.virtual_millis as f64 / 1_000.0 / seeds,
        totals.sold as f64 / seeds,
    );
}

fn every_fault_was_seen(totals: &Totals) -> bool {
    let impossible = totals.cells.impossible();
    for (step, fault) in &impossible {
        say!("{} fell on {}, which is declared impossible", fault.word(), step.word());
    }
    if totals.seeds < LIKELY_AFTER_SEEDS {
        return impossible.is_empty();
    }
    let silent = totals.cells.silent();
    for (step, fault) in &silent {
        say!("{} never fell on {}", fault.word(), step.word());
    }
    for (disaster, _) in totals.disasters.counted().filter(|(_, count)| *count == 0) {
        say!("{} never happened", disaster.word());
    }
    let all_happened = totals.disasters.counted().all(|(_, count)| count > 0);
    silent.is_empty() && impossible.is_empty() && all_happened
}

/// Prints a table in Markdown. True where every mistake is caught.
fn table_of_plants(cli: &Cli) -> bool {
    say!("| planted | what is wrong | caught by | after seeds |\n|---|---|---|---|");
    let mut all = true;
    for plant in Plant::ALL {
        let totals = sweep(cli.from..cli.from.saturating_add(cli.seeds), NonZeroUsize::MIN, Some(plant));
        let (word, what) = (plant.word(), plant.what());
        match totals.failed.as_ref().and_then(|failed| failed.violation.as_ref()) {
            Some(violation) => say!("| `{word}` | {what} | {} | {} |", violation.rule, totals.seeds),
            None => say!("| `{word}` | {what} | **nothing** | {} |", totals.seeds),
        };
        all &= totals.failed.is_some();
    }
    all
}
