//! What the queue calls: its database, and what it keeps of it in memory.

mod memory;
pub mod postgres;
