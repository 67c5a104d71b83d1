//! What the queue calls: its database.

pub mod postgres;
