//! What the tests of the services share: a database of their own for each, a service spawned on it, credentials of
//! every kind, a clock to move, and the port suites that memory and PostgreSQL adapters both have to pass.
//!
//! Everything here fails the test loudly and says why. Tests run on tokio's multi-thread runtime
//! (`#[tokio::test(flavor = "multi_thread")]`): migrations need it.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test kit fails the test, with a reason"
)]

pub mod audit;
mod clock;
mod database;
mod issuers;
pub mod openapi;
mod patience;
mod port_suite;
mod request;
mod spawned;
pub mod suites;
mod unheard;

pub use clock::{ManualClock, TimeTravel};
pub use database::{SECTIONS, TestDatabase};
pub use issuers::Issuers;
pub use patience::{PATIENCE, eventually, eventually_every};
pub use request::{Reply, Request};
pub use spawned::{Spawned, spawn, spawn_in_memory, spawn_on};
pub use unheard::Unheard;
