//! The waiting room: who waits, in what order, who is admitted, until when.

mod absence;
mod admission;
mod entry;
mod estimate;
mod line;
mod ports;
mod room;
mod service;

pub use absence::AbsencePolicy;
pub use admission::{AdmissionPolicy, InvalidSetting, Load};
pub use entry::{Entry, EntryState, LeaveEffect, RevokedPass};
pub use estimate::{WaitSeconds, poll_after_millis, wait_estimate};
pub use line::Line;
pub use ports::{JoinError, JoinRequest, Joined, Polled, Revocations, Standing, TooEarly, WaitingRoom};
pub use room::{Queue, QueueChange, QueueFigures, QueueOverview, QueueState, QueueTotals};
pub use service::{Admission, EntryError, PollError, QueueError, Waiting};
