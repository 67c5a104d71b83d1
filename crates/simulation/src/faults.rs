//! What can go wrong, where it can, and how often it did.

mod cells;
mod step;
mod weather;

pub use cells::{Cells, LIKELY_AFTER_SEEDS};
pub use step::{Kind, Step};
pub use weather::{Brewing, Weather};

/// A fault, named after its row in the table of faults, or after the case of that row that can be told apart here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fault {
    /// No connection: the peer is down, or restarting.
    PeerDown,
    /// "Duplicate, late, reordered call": it is carried out after its caller stopped waiting.
    CallLate,
    /// It never arrives, and its caller cannot know.
    CallLost,
    /// "Answer lost after the debit", and after everything else that has an answer.
    AnswerLost,
    /// It arrives twice at once.
    CallDuplicated,
    /// It arrives again long after, when the saga has ended or was compensated.
    CallDuplicatedLate,
    /// "A peer takes 30 s".
    PeerTakes30Seconds,
    /// "The driver stalls past its lease": it has the answer, and sleeps before it can write it.
    DriverStallsPastItsLease,
    /// "Client resets the connection".
    ClientResetsTheConnection,
    /// "`kill -9` at any step": the caller dies while it waits for its answer.
    KilledWhileWaiting,
    /// "`kill -9` at any step": before a transaction begins.
    KilledBeforeCommit,
    /// "`kill -9` at any step": after it committed, before anybody was told.
    KilledAfterCommit,
    /// "Pool exhausted".
    PoolExhausted,
    /// "Serialization failure, deadlock", after the store's own retries were used up.
    SerializationFailure,
    /// "PostgreSQL restarts, commit unknown": applied, and reported as an error.
    CommitUnknown,
    /// The store takes its time.
    SlowStore,
    /// "Clock of a process off by 5 minutes", where a process judges by its own clock.
    ClockOffBy5Minutes,
}

impl Fault {
    pub const ALL: [Self; 17] = [
        Self::PeerDown,
        Self::CallLate,
        Self::CallLost,
        Self::AnswerLost,
        Self::CallDuplicated,
        Self::CallDuplicatedLate,
        Self::PeerTakes30Seconds,
        Self::DriverStallsPastItsLease,
        Self::ClientResetsTheConnection,
        Self::KilledWhileWaiting,
        Self::KilledBeforeCommit,
        Self::KilledAfterCommit,
        Self::PoolExhausted,
        Self::SerializationFailure,
        Self::CommitUnknown,
        Self::SlowStore,
        Self::ClockOffBy5Minutes,
    ];

    /// What may befall a call, in the order in which it is drawn.
    pub const OF_CALLS: [Self; 10] = [
        Self::PeerDown,
        Self::CallLate,
        Self::CallLost,
        Self::AnswerLost,
        Self::CallDuplicated,
        Self::CallDuplicatedLate,
        Self::PeerTakes30Seconds,
        Self::DriverStallsPastItsLease,
        Self::ClientResetsTheConnection,
        Self::KilledWhileWaiting,
    ];
    /// What may befall a transaction before it begins.
    pub const BEFORE_COMMIT: [Self; 4] =
        [Self::KilledBeforeCommit, Self::PoolExhausted, Self::SerializationFailure, Self::SlowStore];
    /// What may befall a transaction once it has committed.
    pub const AFTER_COMMIT: [Self; 2] = [Self::KilledAfterCommit, Self::CommitUnknown];

    /// A place in the table of cells.
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|other| *other == self).unwrap_or(0)
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::PeerDown => "peer down",
            Self::CallLate => "call late",
            Self::CallLost => "call lost",
            Self::AnswerLost => "answer lost",
            Self::CallDuplicated => "duplicated",
            Self::CallDuplicatedLate => "duplicated late",
            Self::PeerTakes30Seconds => "takes 30 s",
            Self::DriverStallsPastItsLease => "driver stalls",
            Self::ClientResetsTheConnection => "client resets",
            Self::KilledWhileWaiting => "killed waiting",
            Self::KilledBeforeCommit => "killed before",
            Self::KilledAfterCommit => "killed after",
            Self::PoolExhausted => "pool exhausted",
            Self::SerializationFailure => "serialization",
            Self::CommitUnknown => "commit unknown",
            Self::SlowStore => "slow store",
            Self::ClockOffBy5Minutes => "clock off",
        }
    }

    /// Why this fault cannot fall on that step; `None` where it can.
    pub fn impossible_at(self, step: Step) -> Option<&'static str> {
        match self {
            Self::PeerDown
            | Self::CallLate
            | Self::CallLost
            | Self::AnswerLost
            | Self::CallDuplicated
            | Self::CallDuplicatedLate
            | Self::PeerTakes30Seconds => match step.kind() {
                Kind::Peer | Kind::Request { .. } => None,
                Kind::Write | Kind::Read => Some("a transaction is no call"),
            },
            Self::DriverStallsPastItsLease | Self::KilledWhileWaiting => match step.kind() {
                Kind::Peer => None,
                Kind::Request { .. } => Some("a fan drives nothing and leads no other life"),
                Kind::Write | Kind::Read => Some("nobody waits inside a transaction"),
            },
            Self::ClientResetsTheConnection => match step.kind() {
                Kind::Request { .. } => None,
                Kind::Peer => Some("the client is a service here, and its death has its own column"),
                Kind::Write | Kind::Read => Some("a transaction is no call"),
            },
            Self::KilledBeforeCommit | Self::KilledAfterCommit | Self::PoolExhausted | Self::SlowStore => {
                match step.kind() {
                    Kind::Write | Kind::Read => None,
                    Kind::Peer | Kind::Request { .. } => Some("a call is no transaction"),
                }
            }
            Self::SerializationFailure | Self::CommitUnknown => match step.kind() {
                Kind::Write => None,
                Kind::Read => Some("a read locks and commits nothing"),
                Kind::Peer | Kind::Request { .. } => Some("a call is no transaction"),
            },
            Self::ClockOffBy5Minutes => match step.kind() {
                Kind::Request { shows_a_pass: true } => None,
                Kind::Request { shows_a_pass: false } => Some("no pass is judged here"),
                Kind::Peer => Some("no time is judged here"),
                Kind::Write | Kind::Read => Some("judged by the store's clock, which is one"),
            },
        }
    }
}
