//! The catalogue on PostgreSQL. Only here are its tables named.

mod catalogue;
mod drafts;
mod rows;
mod schema;

pub use catalogue::PostgresCatalogue;
