//! The waiting room on PostgreSQL, with all that a look needs in memory. Only here are the queue's tables named.

mod answers;
pub mod audit;
mod command;
mod deciding;
mod deciding_admission;
mod draft;
mod election;
mod opening;
mod owner;
mod reading;
mod revocations;
mod room;
mod rows;
mod schema;
mod settling;
mod shared;
mod time;
mod writer;
mod writing;

pub use room::PostgresWaitingRoom;
pub use time::{ProcessStopwatch, Stopwatch};
