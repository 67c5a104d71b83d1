//! HTTP adapters of the domain's peer ports.
//!
//! Every call has a deadline and is repeated, at most as often as the settings say, under the same id. A lost answer
//! is an error that means *unknown*; only a connection that never came about is known not to have done anything.

mod gate;
mod inventory;
mod passes;
mod payments;
mod peer;
mod revocations;

pub use inventory::HttpInventory;
pub use passes::HttpPasses;
pub use payments::HttpPayments;
pub use peer::{Peer, PeerError};
pub use revocations::Revocations;
