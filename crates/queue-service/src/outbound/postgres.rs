//! The waiting room on PostgreSQL. Only here are the queue's tables named.

mod admissions;
mod counts;
mod endings;
mod places;
mod queues;
mod room;
mod rows;
mod schema;

pub use room::PostgresWaitingRoom;
