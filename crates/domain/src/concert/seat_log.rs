//! The way from recent versions of a seat map to the latest.

use std::collections::VecDeque;

/// One entry for each step from a version to the next, as far back as is worth keeping.
#[derive(Clone, Debug)]
pub struct SeatLog<E> {
    latest: i64,
    steps: VecDeque<Step<E>>,
    /// Of all steps together.
    changes: usize,
    limits: SeatLogLimits,
}

/// How far back a log goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SeatLogLimits {
    pub steps: usize,
    /// Changes of all steps together: with more of them than seats, a snapshot is the shorter way.
    pub changes: usize,
}

#[derive(Clone, Debug)]
struct Step<E> {
    from: i64,
    to: i64,
    changes: usize,
    entry: E,
}

/// What somebody who knows a version has to be given next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next<'a, E> {
    /// It is the latest.
    Nothing,
    /// The entry of the step to the version named.
    Step(i64, &'a E),
    /// The way from there is not known, or not any more.
    Gap,
}

impl<E> SeatLog<E> {
    /// Begins at `version`.
    pub fn new(version: i64, limits: SeatLogLimits) -> Self {
        Self { latest: version, steps: VecDeque::new(), changes: 0, limits }
    }

    /// Adds the step from the latest version to `version`, a higher one, at which `changes` seats changed.
    pub fn push(&mut self, version: i64, changes: usize, entry: E) {
        self.steps.push_back(Step { from: self.latest, to: version, changes, entry });
        self.latest = version;
        self.changes += changes;
        while self.steps.len() > self.limits.steps || self.changes > self.limits.changes {
            let Some(forgotten) = self.steps.pop_front() else { break };
            self.changes -= forgotten.changes;
        }
    }

    pub fn next(&self, known: i64) -> Next<'_, E> {
        if known == self.latest {
            return Next::Nothing;
        }
        match self.place(known).and_then(|place| self.steps.get(place)) {
            Some(step) => Next::Step(step.to, &step.entry),
            None => Next::Gap,
        }
    }

    /// How many steps lead from `known` to the latest version; none where the way is not known.
    pub fn distance(&self, known: i64) -> Option<usize> {
        if known == self.latest {
            return Some(0);
        }
        self.place(known).map(|place| self.steps.len() - place)
    }

    fn place(&self, known: i64) -> Option<usize> {
        self.steps.binary_search_by_key(&known, |step| step.from).ok()
    }
}

#[cfg(test)]
mod tests;
