//! The ledger on PostgreSQL. Only here are the wallet's tables named.

pub mod audit;
mod charges;
mod debits;
mod ledger;
mod rows;
mod schema;

pub use ledger::PostgresLedger;
