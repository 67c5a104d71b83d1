//! The rows, in parts: rows that share a stack are one part.

mod contention;
mod holds;
mod joins;
mod normalisers;
mod purchases;
mod readiness;
mod seat_map;
mod streams;
mod tables;
mod waiting;

use std::time::Instant;

use super::row::Row;
use super::stage::{Bench, Stage};
use super::table::rounded;

/// All rows, in the order of the table.
pub const IDS: [&str; 20] = [
    "P1",
    "P2",
    "P3",
    "P4",
    "P5",
    "P6",
    "P7a",
    "P7b",
    "P8a",
    "P8b",
    "P9",
    "P10a",
    "P10b",
    "P11a",
    "P11b",
    "flow",
    "peers-poll",
    "peers-holds",
    "pgbench-S",
    "pgbench-N",
];

/// Rows that are measured on one stack, in the order in which they are.
#[derive(Clone, Copy, Debug)]
enum Part {
    Normalisers,
    Joins,
    Holds,
    SeatMap,
    Contention,
    Purchases,
    Streams,
    Readiness,
    Waiting,
}

impl Part {
    const ALL: [Self; 9] = [
        Self::Normalisers,
        Self::Joins,
        Self::Holds,
        Self::SeatMap,
        Self::Contention,
        Self::Purchases,
        Self::Streams,
        Self::Readiness,
        Self::Waiting,
    ];

    const fn ids(self) -> &'static [&'static str] {
        match self {
            Self::Normalisers => &["pgbench-S", "pgbench-N"],
            Self::Joins => &["P3"],
            Self::Holds => &["P4", "P5", "peers-holds"],
            Self::SeatMap => &["P7a", "P7b"],
            Self::Contention => &["P8a", "P8b"],
            Self::Purchases => &["P6", "flow"],
            Self::Streams => &["P10a", "P10b"],
            Self::Readiness => &["P11a"],
            Self::Waiting => &["P1", "P2", "P9", "P11b", "peers-poll"],
        }
    }

    /// Rows of other parts that need this one's.
    const fn scaled(self) -> &'static [&'static str] {
        match self {
            Self::Normalisers => &["flow", "peers-poll", "peers-holds"],
            Self::Joins
            | Self::Holds
            | Self::SeatMap
            | Self::Contention
            | Self::Purchases
            | Self::Streams
            | Self::Readiness
            | Self::Waiting => &[],
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Normalisers => "normalisers",
            Self::Joins => "joins",
            Self::Holds => "holds",
            Self::SeatMap => "seat-map",
            Self::Contention => "contention",
            Self::Purchases => "purchases",
            Self::Streams => "streams",
            Self::Readiness => "readiness",
            Self::Waiting => "waiting",
        }
    }

    /// On this stack.
    async fn measure(self, stage: &Stage<'_>, rows: &mut Rows) -> anyhow::Result<()> {
        match self {
            Self::Normalisers => normalisers::measure(stage, rows).await,
            Self::Joins => joins::measure(stage, rows).await,
            Self::Holds => holds::measure(stage, rows).await,
            Self::SeatMap => seat_map::measure(stage, rows).await,
            Self::Contention => contention::measure(stage, rows).await,
            Self::Purchases => purchases::measure(stage, rows).await,
            Self::Streams => streams::measure(stage, rows).await,
            Self::Readiness => readiness::measure(stage.bench, rows).await,
            Self::Waiting => waiting::measure(stage, rows).await,
        }
    }

    /// On a stack of its own.
    async fn measure_apart(self, bench: &Bench<'_>, rows: &mut Rows) -> anyhow::Result<()> {
        if let Self::Readiness = self {
            return readiness::measure(bench, rows).await;
        }
        let stage = Stage::start(bench, self.name()).await?;
        let measured = self.measure(&stage, rows).await;
        stage.stop().await.and(measured)
    }
}

/// What has been measured, shown as it comes.
#[derive(Debug)]
pub struct Rows {
    rows: Vec<Row>,
    judged: bool,
}

impl Rows {
    pub const fn new(judged: bool) -> Self {
        Self { rows: Vec::new(), judged }
    }

    pub fn add(&mut self, mut row: Row) {
        let normaliser = row.scaled_by.and_then(|id| self.rows.iter().find(|row| row.id == id));
        if let Some(factor) = normaliser.and_then(Row::ratio) {
            row.scale(factor);
        }
        row.close();
        let figures: Vec<String> = row.ours.rounds.iter().map(|figure| rounded(*figure)).collect();
        let word = row.verdict(self.judged).word();
        println!("{} {}: {} {} ({word})", row.id, row.what, figures.join(", "), row.unit);
        self.rows.push(row);
    }

    /// In the order of the table.
    pub fn into_vec(mut self) -> Vec<Row> {
        self.rows.sort_by_key(|row| IDS.iter().position(|id| *id == row.id));
        self.rows
    }
}

/// Measures what is asked for; which parts came to no end, and why.
///
/// Every part has a stack of its own, so that nothing one leaves behind is in another's figures. A small run is not about
/// figures, and the start of a stack would be most of it: there all share one.
pub async fn measure(bench: &Bench<'_>, rows: &mut Rows) -> Vec<String> {
    let mut failures = Vec::new();
    let shared = if bench.options.smoke { Some(Stage::start(bench, "all").await) } else { None };
    let shared = match shared.transpose() {
        Ok(shared) => shared,
        Err(error) => return vec![format!("{error:#}")],
    };
    for part in Part::ALL {
        let wanted = part.ids().iter().chain(part.scaled()).any(|id| bench.options.wants(id));
        if !wanted {
            continue;
        }
        let begun = Instant::now();
        let measured = match &shared {
            Some(stage) => part.measure(stage, rows).await,
            None => part.measure_apart(bench, rows).await,
        };
        if let Err(error) = measured {
            println!("{} failed: {error:#}", part.name());
            failures.push(format!("{} ({}): {error:#}", part.ids().join(", "), part.name()));
        }
        println!("-- {}: {:.1} s", part.name(), begun.elapsed().as_secs_f64());
    }
    if let Some(stage) = shared
        && let Err(error) = stage.stop().await
    {
        failures.push(format!("{error:#}"));
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_part() {
        let mut ids: Vec<_> = Part::ALL.iter().flat_map(|part| part.ids()).copied().collect();
        let mut all = IDS.to_vec();
        ids.sort_unstable();
        all.sort_unstable();
        assert_eq!(ids, all);
    }
}
