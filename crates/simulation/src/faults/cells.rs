//! How often each fault fell on each step.

use std::fmt::Write;

use super::{Fault, Step};

/// From so many seeds on, a cell that never fired is a mistake of the simulation: the rarest fires in one of about a
/// thousand seeds.
pub const LIKELY_AFTER_SEEDS: u64 = 12_000;

/// One count for each step and fault.
#[derive(Clone)]
pub struct Cells(Vec<u64>);

impl Default for Cells {
    fn default() -> Self {
        Self(vec![0; Step::ALL.len() * Fault::ALL.len()])
    }
}

impl Cells {
    fn place(step: Step, fault: Fault) -> usize {
        step.index() * Fault::ALL.len() + fault.index()
    }

    pub fn fired(&mut self, step: Step, fault: Fault) {
        if let Some(count) = self.0.get_mut(Self::place(step, fault)) {
            *count += 1;
        }
    }

    pub fn count(&self, step: Step, fault: Fault) -> u64 {
        self.0.get(Self::place(step, fault)).copied().unwrap_or(0)
    }

    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            *sum += more;
        }
    }

    /// Cells that could have fired and never did.
    pub fn silent(&self) -> Vec<(Step, Fault)> {
        possible().filter(|(step, fault)| self.count(*step, *fault) == 0).collect()
    }

    /// Cells that fired although they are declared impossible.
    pub fn impossible(&self) -> Vec<(Step, Fault)> {
        let all = Step::ALL.into_iter().flat_map(|step| Fault::ALL.map(|fault| (step, fault)));
        let impossible = all.filter(|(step, fault)| fault.impossible_at(*step).is_some());
        impossible.filter(|(step, fault)| self.count(*step, *fault) > 0).collect()
    }

    /// A line for each step; a dot where a fault is impossible.
    pub fn table(&self) -> String {
        let mut table = format!("{:28}", "");
        for fault in Fault::ALL {
            write!(table, "{:>16}", fault.word()).ok();
        }
        for step in Step::ALL {
            write!(table, "\n{:28}", step.word()).ok();
            for fault in Fault::ALL {
                match fault.impossible_at(step) {
                    Some(_) => write!(table, "{:>16}", "·").ok(),
                    None => write!(table, "{:>16}", self.count(step, fault)).ok(),
                };
            }
        }
        table
    }
}

/// Every cell that can fire.
pub fn possible() -> impl Iterator<Item = (Step, Fault)> {
    let all = Step::ALL.into_iter().flat_map(|step| Fault::ALL.map(|fault| (step, fault)));
    all.filter(|(step, fault)| fault.impossible_at(*step).is_none())
}
