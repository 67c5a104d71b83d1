//! What a loop came to.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::bench::statistics::{number, per_second};

/// Latencies up to this are told apart; a longer one counts as this long.
const LONGEST: Duration = Duration::from_mins(2);
/// Two significant figures: an error below 1 %, and small enough for one histogram per thread and round.
const FIGURES: u8 = 2;
const SAMPLES: usize = 3;

/// Counts, and every latency in microseconds.
#[derive(Clone, Debug)]
pub struct Measured {
    pub done: u64,
    /// From the start to the last that was done.
    pub elapsed: Duration,
    pub latencies: Histogram<u64>,
    /// Answers that should not have been.
    pub failed: u64,
    pub samples: Vec<String>,
}

/// Percentiles in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latencies {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
}

impl Default for Measured {
    fn default() -> Self {
        Self { done: 0, elapsed: Duration::ZERO, latencies: histogram(), failed: 0, samples: Vec::new() }
    }
}

/// An empty one. Its limits are constants that it takes.
fn histogram() -> Histogram<u64> {
    let longest = u64::try_from(LONGEST.as_micros()).unwrap_or(u64::MAX);
    match Histogram::new_with_max(longest, FIGURES) {
        Ok(histogram) => histogram,
        Err(error) => unreachable!("a histogram up to {longest} µs is refused: {error}"),
    }
}

impl Measured {
    /// One more, which took `latency` and ended so long after the start.
    pub fn done(&mut self, latency: Duration, at: Duration) {
        self.done += 1;
        self.elapsed = self.elapsed.max(at);
        self.saw(latency);
    }

    pub fn saw(&mut self, latency: Duration) {
        self.latencies.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
    }

    pub fn failed(&mut self, sample: String) {
        self.failed += 1;
        if self.samples.len() < SAMPLES && !self.samples.contains(&sample) {
            self.samples.push(sample);
        }
    }

    /// Another's share of the same time, or another round.
    pub fn add(&mut self, other: &Self) {
        self.done += other.done;
        self.elapsed = self.elapsed.max(other.elapsed);
        self.latencies += &other.latencies;
        self.failed += other.failed;
        let room = SAMPLES.saturating_sub(self.samples.len());
        let new = other.samples.iter().filter(|sample| !self.samples.contains(sample));
        let new: Vec<_> = new.take(room).cloned().collect();
        self.samples.extend(new);
    }

    pub fn rate(&self) -> f64 {
        per_second(self.done, self.elapsed)
    }

    /// A percentile in milliseconds.
    pub fn percentile(&self, percent: f64) -> f64 {
        number(self.latencies.value_at_percentile(percent)) / 1_000.0
    }

    pub fn percentiles(&self) -> Option<Latencies> {
        let percentile = |percent| self.percentile(percent);
        (!self.latencies.is_empty()).then(|| Latencies {
            p50: percentile(50.0),
            p95: percentile(95.0),
            p99: percentile(99.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_round_add_up() {
        let mut all = Measured::default();
        for (latency, at) in [(1, 500), (2, 1_000)] {
            let mut share = Measured::default();
            share.done(Duration::from_millis(latency), Duration::from_millis(at));
            share.failed("503".to_owned());
            all.add(&share);
        }
        assert_eq!((all.done, all.failed, all.samples.len()), (2, 2, 1));
        assert!((all.rate() - 2.0).abs() < 1e-9, "{}", all.rate());
        let Latencies { p50, p99, .. } = all.percentiles().unwrap();
        assert!((p50 - 1.0).abs() < 0.02 && (p99 - 2.0).abs() < 0.02, "{p50} {p99}");
    }

    #[test]
    fn there_are_no_percentiles_of_nothing() {
        assert_eq!(Measured::default().percentiles(), None);
    }
}
