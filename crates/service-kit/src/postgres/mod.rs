//! PostgreSQL: a pool that sheds load, migrations, and errors that tell "out of reach" from "broken".

mod failure;
mod migrate;
mod pool;
pub mod provision;
mod statement;
mod transaction;

pub use failure::classify;
pub use migrate::{Patience, migrate, migrate_with};
pub use pool::{Connection, Database};
pub use statement::{Bound, Statement, statement};
pub use transaction::{TransactionError, clock_timestamp, now};
