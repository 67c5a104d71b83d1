//! The ports on plain collections: what the PostgreSQL adapters must do, in its shortest form.
//!
//! Each store takes one lock for a whole command, which is what a transaction is.

mod concert;
mod queue;
mod reservation;
mod wallet;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use concert::{MemoryCatalogue, Performance, Programme};
pub use queue::{MemoryWaitingRoom, Presence, Rooms};
pub use reservation::{LeasedPayment, MemoryBoxOffice, OutboxEvent, Stock, StockedSeat};
pub use wallet::{Books, MemoryLedger, Posted, TouchedCharge};

/// A panic elsewhere leaves the data whole: every command changes it only after its last decision.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
