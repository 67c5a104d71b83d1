//! What must always hold, asked of the database itself.
//!
//! A check is a query for rows that must not be there. All checks of one look see one snapshot, so what moves meanwhile
//! alarms nobody; and each is worded so that it holds in every snapshot, not only once everything has come to rest:
//! what one transaction writes is compared exactly, and between two services only in the order in which they commit.
//! A check compares with `statement_timestamp()`, which is later than all that its snapshot shows.

mod idempotency;
mod job;
mod latest;
mod look;

use serde::Serialize;

pub use idempotency::IDEMPOTENCY_KEYS;
pub use job::job;
pub use latest::{AuditBody, AuditVerdict, LatestAudit, ViolationBody};
pub use look::{Look, look, snapshot};

use crate::Service;

/// One rule over stored rows.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// As in `entries_sum_to_zero`; unique within its service.
    pub name: &'static str,
    /// The numbers of the guarantees it is about: docs/OPERATIONS.md, "Audit".
    pub guarantees: &'static [u8],
    /// What holds, in one sentence.
    pub rule: &'static str,
    /// The table whose rows are judged.
    pub over: &'static str,
    /// Who has to be there for this to be a fair question: what is done by the clock stays undone while nobody does it.
    pub running: Option<Running>,
    /// One row of one text for each violation, which names the offending ids and what is wrong with them.
    pub sql: &'static str,
}

/// Services that run, and for how long already.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    pub schemas: &'static [&'static str],
    pub seconds: u32,
}

/// The checks of one owner of tables.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub service: &'static str,
    /// Where the names of tables in the checks are looked up.
    pub schema: &'static str,
    pub checks: &'static [Check],
}

impl Scope {
    pub const fn of<S: Service>() -> Self {
        Self { service: S::NAME, schema: S::SECTION, checks: S::AUDIT }
    }
}

/// What one check came to.
#[derive(Clone, Debug)]
pub struct Finding {
    pub service: &'static str,
    pub check: &'static Check,
    /// How many rows were judged, where that was asked for.
    pub rows: Option<i64>,
    pub verdict: Verdict,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    Holds,
    Violated {
        violations: i64,
        /// The first of them, each with its ids.
        examples: Vec<String>,
    },
    /// Nobody has been there for long enough to do what the check asks for.
    NotJudged {
        because: String,
    },
}

impl Verdict {
    pub const fn violations(&self) -> i64 {
        match self {
            Self::Holds | Self::NotJudged { .. } => 0,
            Self::Violated { violations, .. } => *violations,
        }
    }
}
