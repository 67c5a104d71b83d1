//! wallet-service over HTTP, on a database of its own.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails loudly")]

mod audit;
mod charges;
mod debits;
mod document;
mod entries;
mod hanging_up;
mod idempotency;
mod open_id;
mod protocol;
mod recovery;
mod till;
mod users;
mod vitals;
mod wallets;
