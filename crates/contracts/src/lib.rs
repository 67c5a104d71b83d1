//! Wire bodies of the public v1 API and of the internal one, and how they map to the domain. Nothing else.
//!
//! JSON in camelCase; instants are RFC 3339 in UTC; ids are UUIDs; money is a whole number of won. Requests refuse
//! fields they do not know.

pub mod back_office;
pub mod concert;
pub mod internal;
pub mod invalid;
mod object;
pub mod queue;
pub mod reservation;
pub mod wallet;

pub use invalid::Invalid;
