//! Seats, reservations, payments and events on PostgreSQL. Only here are the reservation tables named.
//!
//! Locks are taken in one order everywhere: reservation, its seats by id, payment, pass. A hold takes its fan's turn
//! and then seats alone. So no two transactions wait for each other.

pub mod audit;
mod checkouts;
mod holds;
mod inventory;
mod locks;
mod outbox;
mod reservations;
mod rows;
mod schema;
mod writes;

use std::sync::Arc;

use domain::shared::IdGenerator;
use service_kit::postgres::Database;

/// The store of the reservation context.
pub struct PostgresBoxOffice {
    database: Database,
    ids: Arc<dyn IdGenerator>,
}

impl PostgresBoxOffice {
    pub fn new(database: Database, ids: Arc<dyn IdGenerator>) -> Self {
        Self { database, ids }
    }
}
