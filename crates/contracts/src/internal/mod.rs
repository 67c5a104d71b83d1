//! What the services say to each other under `/internal/v1`.

pub mod queue;
pub mod reservation;
pub mod wallet;
