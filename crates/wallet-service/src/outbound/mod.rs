//! What the wallet calls: its database.

pub mod postgres;
