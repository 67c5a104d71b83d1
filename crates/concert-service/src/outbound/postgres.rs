//! The catalogue on PostgreSQL. Only here are its tables named.

pub mod audit;
mod catalogue;
mod drafts;
mod rows;
mod schema;

pub use catalogue::PostgresCatalogue;
