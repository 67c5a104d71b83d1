//! wallet-service over HTTP, on a database of its own.

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
mod wallets;
