//! The waiting room: who waits, in what order, who is admitted, until when.

mod admission;
mod entry;
mod estimate;
mod ports;
mod room;
mod service;

pub use admission::{AdmissionPolicy, InvalidSetting, Load};
pub use entry::{Entry, EntryState, LeaveEffect, RevokedPass};
pub use estimate::{WaitSeconds, poll_after_millis, wait_estimate};
pub use ports::{JoinError, JoinRequest, Joined, Revocations, Standing, WaitingRoom};
pub use room::{Queue, QueueChange, QueueOverview, QueueState};
pub use service::{Admission, EntryError, QueueError, Waiting};
