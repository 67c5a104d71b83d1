use crate::executor::Moment;
use crate::faults::Cells;
use crate::guarantees::Violation;

use super::Disasters;

/// What a world came to.
pub struct Outcome {
    pub seed: u64,
    pub hash: u64,
    pub violation: Option<Violation>,
    pub cells: Cells,
    pub disasters: Disasters,
    /// Polls of tasks.
    pub steps: u64,
    pub ended_at: Moment,
    /// Empty unless it was asked for.
    pub trace: String,
    pub sold: usize,
}
