use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::queue::{Entry, JoinError, LeaveEffect, Load, Queue, QueueError};
use domain::shared::{EntryId, QueueId, UserId};

/// What a set of commands comes to, before it is written: nobody else sees it until it is committed.
pub struct Draft {
    pub at: DateTime<Utc>,
    /// In the order of deciding, each place once.
    pub changes: Vec<Change>,
    pub places: HashMap<EntryId, usize>,
    /// The places that the set gives out.
    pub users: HashMap<(QueueId, UserId), EntryId>,
    pub rooms: HashMap<QueueId, DraftedRoom>,
    /// Who is passed over for the first time.
    pub passed_over: Vec<EntryId>,
    /// The last version of a revocation.
    pub revocation: i64,
    pub revoked: bool,
    /// For each command.
    pub decided: Vec<Decided>,
}

/// What a place becomes.
pub struct Change {
    pub entry: Entry,
    pub is_new: bool,
    /// From when to when the fan is let in by the set, whatever becomes of that within it.
    pub admission: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The version of a pass that ended early.
    pub revocation: Option<i64>,
}

/// A queue that the set has to do with, and how full it is after what is decided so far.
pub struct DraftedRoom {
    pub queue: Queue,
    /// Whether its settings are to be written.
    pub is_changed: bool,
    pub last_sequence: i64,
    pub gives_out_places: bool,
    pub waiting: u64,
    pub load: Load,
}

/// An answer that is given once the set is committed.
pub enum Decided {
    Joined { entry: Entry, is_new: bool },
    NotJoined(JoinError),
    Left(LeaveEffect),
    Ended(bool),
    Admitted(Vec<Entry>),
    Configured { queue: QueueId, created: bool },
    NotConfigured(QueueError),
    Done,
}

impl Draft {
    pub fn new(at: DateTime<Utc>, revocation: i64) -> Self {
        Self {
            at,
            changes: Vec::new(),
            places: HashMap::new(),
            users: HashMap::new(),
            rooms: HashMap::new(),
            passed_over: Vec::new(),
            revocation,
            revoked: false,
            decided: Vec::new(),
        }
    }

    pub fn change(&self, entry: EntryId) -> Option<&Change> {
        self.changes.get(*self.places.get(&entry)?)
    }

    /// Every queue whose numbers the set has to do with.
    pub fn queues(&self) -> impl Iterator<Item = QueueId> {
        self.rooms.keys().copied()
    }
}
