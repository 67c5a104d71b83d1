//! What the catalogue calls: its database, remembered where it cannot change. The inventory is `peers`' to call.

pub mod postgres;
pub mod remembered;
