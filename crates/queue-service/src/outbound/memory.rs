//! The rooms in memory: what answers every look without the database. Nothing in here does any I/O.

mod crowd;
mod ended;
mod inside;
mod presence;
mod rooms;

pub use ended::Ended;
pub use rooms::Rooms;
