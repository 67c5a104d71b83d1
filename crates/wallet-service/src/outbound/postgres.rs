//! The ledger on PostgreSQL. Only here are the wallet's tables named.

pub mod audit;
mod charges;
mod debits;
mod ledger;
mod postings;
mod rows;
mod schema;

pub use ledger::PostgresLedger;

#[cfg(test)]
mod tests;
