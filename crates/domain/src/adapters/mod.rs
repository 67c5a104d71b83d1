//! Adapters that need no technology: the machine's clock, counted ids, and honest in-memory stores.

pub mod memory;
pub mod sandbox;
pub mod system;
