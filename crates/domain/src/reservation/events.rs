//! What other services must hear of, sooner or later, at least once.

use crate::shared::{EntryId, EventId};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    pub id: EventId,
    pub body: EventBody,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventBody {
    /// Its fan has paid: the pass has done its work.
    PassFinished { pass_id: EntryId },
    /// Its fan's last hold was released or has lapsed: the next in line may have the slot.
    SlotYielded { pass_id: EntryId },
}

impl EventBody {
    pub const fn kind(self) -> &'static str {
        match self {
            Self::PassFinished { .. } => "pass_finished",
            Self::SlotYielded { .. } => "slot_yielded",
        }
    }

    pub const fn pass_id(self) -> EntryId {
        match self {
            Self::PassFinished { pass_id } | Self::SlotYielded { pass_id } => pass_id,
        }
    }
}
