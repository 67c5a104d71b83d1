//! What the services say to each other under `/internal/v1`.

pub mod queue;
pub mod reservation;
pub mod wallet;

use crate::Invalid;

/// What travels in one call at most: 64 KiB of debits, of the 256 that a body may have.
pub const LARGEST_SET: usize = 500;

fn set_size(field: &str, size: usize) -> Result<(), Invalid> {
    if (1..=LARGEST_SET).contains(&size) {
        Ok(())
    } else {
        Err(Invalid::new(field, format!("must be 1 to {LARGEST_SET}, were {size}")))
    }
}
