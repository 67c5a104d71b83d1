use domain::queue::{
    Entry, JoinError, JoinRequest, Joined, LeaveEffect, Queue, QueueChange, QueueError, QueueOverview,
};
use domain::shared::{EntryId, QueueId};

/// What changes the rooms.
#[derive(Clone, Debug)]
pub enum Command {
    Join(JoinRequest),
    Leave(EntryId),
    Finish(EntryId),
    YieldSlot(EntryId),
    /// With those who seemed to have been silent too long.
    Admit {
        queue: QueueId,
        lapsed: Vec<EntryId>,
    },
    Configure {
        template: Queue,
        change: QueueChange,
    },
    Establish(Queue),
    /// Everything is read again.
    Reload,
}

/// What a command came to.
pub enum Answer {
    Joined(Result<Joined, JoinError>),
    Left(LeaveEffect),
    /// Whether a slot became free.
    Ended(bool),
    Admitted(Vec<Entry>),
    Configured(Result<(QueueOverview, bool), QueueError>),
    Done,
}
