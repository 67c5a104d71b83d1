//! One line of the benchmark: a figure of ours, what it is held against, and what it should come to.

use serde::Serialize;

use super::load::{Latencies, Measured};
use super::statistics::{median, ratio};
use super::table::rounded;

/// One line.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: &'static str,
    pub what: String,
    pub unit: &'static str,
    pub goal: Goal,
    pub ours: Side,
    pub yardstick: Option<Side>,
    /// Where the yardstick was measured on another machine: the row that says how far this one is from it.
    pub scaled_by: Option<&'static str>,
    /// What a reader of the figures should know.
    pub notes: Vec<String>,
    /// Anything that was not as it should be: it fails the run.
    pub errors: Vec<String>,
    /// Why there is no figure, where what is measured does not exist.
    pub not_served: Option<String>,
    /// What `boxoffice audit` said afterwards.
    pub audit: Option<String>,
}

/// What was measured, a figure for each round.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Side {
    pub what: String,
    pub rounds: Vec<f64>,
    /// Of all rounds together.
    pub latencies: Option<Latencies>,
    #[serde(skip)]
    pub measured: Measured,
}

/// What it should come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// Ours is at least so many times the yardstick.
    RatioAtLeast(f64),
    RatioAtMost(f64),
    /// Our figure itself.
    AtMost(f64),
    /// It is there to be known.
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Met,
    Missed,
    /// Without a goal, or too small a run to be judged.
    NotJudged,
    NotServed,
    Failed,
}

impl Side {
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), ..Self::default() }
    }

    /// A figure from elsewhere.
    pub fn known(what: impl Into<String>, figure: f64) -> Self {
        Self { rounds: vec![figure], ..Self::new(what) }
    }

    /// A round whose figure is how many were done in a second.
    pub fn rate(&mut self, round: &Measured) {
        self.round(round.rate(), round);
    }

    pub fn round(&mut self, figure: f64, round: &Measured) {
        self.rounds.push(figure);
        self.measured.add(round);
        self.latencies = self.measured.percentiles();
    }

    pub fn median(&self) -> Option<f64> {
        median(&self.rounds)
    }

    fn failures(&self) -> Option<String> {
        let Measured { failed, samples, .. } = &self.measured;
        (*failed > 0).then(|| format!("{}: {failed} unexpected answers: {}", self.what, samples.join("; ")))
    }
}

impl Row {
    pub fn new(id: &'static str, what: impl Into<String>, unit: &'static str, goal: Goal) -> Self {
        let what = what.into();
        let ours = Side::new("ours");
        let (notes, errors) = (Vec::new(), Vec::new());
        let (yardstick, scaled_by) = (None, None);
        Self {
            id,
            what,
            unit,
            goal,
            ours,
            yardstick,
            scaled_by,
            notes,
            errors,
            not_served: None,
            audit: None,
        }
    }

    #[must_use]
    pub fn against(mut self, yardstick: Side) -> Self {
        self.yardstick = Some(yardstick);
        self
    }

    /// Against a peer's figure, which is as many times smaller or larger here as PostgreSQL's own in the row `scaled_by`.
    #[must_use]
    pub fn against_peer(mut self, figure: f64, scaled_by: &'static str) -> Self {
        self.yardstick = Some(Side::known("best peer", figure));
        self.scaled_by = Some(scaled_by);
        self
    }

    /// Takes the yardstick for what it would be on a machine that is `factor` times as fast as its own.
    pub fn scale(&mut self, factor: f64) {
        let as_measured = self.ratio();
        let Some(yardstick) = &mut self.yardstick else { return };
        let measured = yardstick.median().map(rounded).unwrap_or_default();
        yardstick.rounds.iter_mut().for_each(|figure| *figure *= factor);
        yardstick.what = format!("{}, scaled to this machine", yardstick.what);
        let by = self.scaled_by.unwrap_or_default();
        let unscaled = as_measured.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        self.note(format!(
            "the peer did {measured} elsewhere, where {by} did {:.2} times what it does here; unscaled the ratio is {unscaled}",
            1.0 / factor
        ));
    }

    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Notes what must be true; whether it is.
    pub fn check(&mut self, is_true: bool, otherwise: impl FnOnce() -> String) -> bool {
        if !is_true {
            self.errors.push(otherwise());
        }
        is_true
    }

    /// Takes over what went wrong on either side, and a row without any figure.
    pub fn close(&mut self) {
        self.errors.extend(self.ours.failures());
        self.errors.extend(self.yardstick.as_ref().and_then(Side::failures));
        let empty = self.ours.rounds.is_empty();
        if empty && self.not_served.is_none() {
            self.errors.push("there is no figure".to_owned());
        }
    }

    pub fn ratio(&self) -> Option<f64> {
        ratio(self.ours.median(), self.yardstick.as_ref().and_then(Side::median))
    }

    /// `judged`: whether the run was large enough for goals.
    pub fn verdict(&self, judged: bool) -> Verdict {
        if !self.errors.is_empty() {
            return Verdict::Failed;
        }
        if self.not_served.is_some() {
            return Verdict::NotServed;
        }
        let met = match self.goal {
            Goal::RatioAtLeast(least) => self.ratio().map(|ratio| ratio >= least),
            Goal::RatioAtMost(most) => self.ratio().map(|ratio| ratio <= most),
            Goal::AtMost(most) => self.ours.median().map(|figure| figure <= most),
            Goal::None => None,
        };
        match met {
            Some(true) if judged => Verdict::Met,
            Some(false) if judged => Verdict::Missed,
            Some(_) | None => Verdict::NotJudged,
        }
    }
}

impl Goal {
    pub fn text(self, unit: &str) -> String {
        match self {
            Self::RatioAtLeast(least) => format!("≥ {least}×"),
            Self::RatioAtMost(most) => format!("≤ {most}×"),
            Self::AtMost(most) => format!("≤ {most} {unit}"),
            Self::None => "–".to_owned(),
        }
    }
}

impl Verdict {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "MISSED",
            Self::NotJudged => "–",
            Self::NotServed => "not served",
            Self::Failed => "FAILED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(goal: Goal, ours: &[f64], yardstick: &[f64]) -> Row {
        let mut row = Row::new("P0", "something", "1/s", goal)
            .against(Side { rounds: yardstick.to_vec(), ..Side::new("a yardstick") });
        row.ours.rounds = ours.to_vec();
        row
    }

    #[test]
    fn the_verdict_is_that_of_the_medians() {
        let ours = [90.0, 10.0, 95.0];
        assert_eq!(row(Goal::RatioAtLeast(0.9), &ours, &[100.0]).verdict(true), Verdict::Met);
        assert_eq!(row(Goal::RatioAtLeast(0.91), &ours, &[100.0]).verdict(true), Verdict::Missed);
        assert_eq!(row(Goal::RatioAtMost(0.9), &ours, &[100.0]).verdict(true), Verdict::Met);
        assert_eq!(row(Goal::RatioAtMost(0.89), &ours, &[100.0]).verdict(true), Verdict::Missed);
        assert_eq!(row(Goal::AtMost(90.0), &ours, &[]).verdict(true), Verdict::Met);
        assert_eq!(row(Goal::AtMost(89.0), &ours, &[]).verdict(true), Verdict::Missed);
    }

    #[test]
    fn a_peers_figure_is_taken_for_what_it_would_be_on_this_machine() {
        let mut row =
            Row::new("P0", "something", "1/s", Goal::RatioAtLeast(3.0)).against_peer(100.0, "pgbench-S");
        row.ours.rounds = vec![200.0];
        assert_eq!(row.verdict(true), Verdict::Missed);
        row.scale(0.5);
        assert_eq!((row.ratio(), row.verdict(true)), (Some(4.0), Verdict::Met));
        assert!(row.notes[0].contains("unscaled the ratio is 2.00"), "{:?}", row.notes);
    }

    #[test]
    fn nothing_is_judged_without_a_goal_a_yardstick_or_in_a_small_run() {
        assert_eq!(row(Goal::None, &[1.0], &[1.0]).verdict(true), Verdict::NotJudged);
        assert_eq!(row(Goal::RatioAtLeast(1.0), &[1.0], &[]).verdict(true), Verdict::NotJudged);
        assert_eq!(row(Goal::AtMost(1.0), &[9.0], &[]).verdict(false), Verdict::NotJudged);
    }

    #[test]
    fn what_went_wrong_comes_before_any_goal() {
        let mut failed = row(Goal::AtMost(9.0), &[1.0], &[]);
        let mut round = Measured::default();
        round.failed("500 oops".to_owned());
        failed.ours.round(2.0, &round);
        failed.close();
        assert_eq!(failed.verdict(true), Verdict::Failed);
        assert!(failed.errors.concat().contains("500 oops"), "{:?}", failed.errors);
    }

    #[test]
    fn a_row_without_a_figure_says_why_or_fails() {
        let mut silent = row(Goal::AtMost(9.0), &[], &[]);
        silent.close();
        assert_eq!(silent.verdict(true), Verdict::Failed);
        let mut explained = row(Goal::AtMost(9.0), &[], &[]);
        explained.not_served = Some("404".to_owned());
        explained.close();
        assert_eq!(explained.verdict(true), Verdict::NotServed);
    }
}
