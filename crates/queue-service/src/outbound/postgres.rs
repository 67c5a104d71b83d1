//! The waiting room on PostgreSQL. Only here are the queue's tables named.

mod admissions;
pub mod audit;
mod counts;
mod endings;
mod joins;
mod places;
mod queues;
mod room;
mod rows;
mod schema;

pub use room::PostgresWaitingRoom;
