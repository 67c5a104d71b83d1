//! Seats, reservations, payments and events on PostgreSQL. Only here are the reservation tables named.
//!
//! Locks are taken in one order everywhere: reservation, its seats by id, payment, pass. A set of holds takes the turns of
//! its fans by their keys and then seats by id. So no two transactions wait for each other.

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

use domain::reservation::{HoldError, HoldRequest, Reservation, Seen};
use domain::shared::IdGenerator;
use service_kit::gather::Gathered;
use service_kit::postgres::Database;

use holds::{PLACING, Placing};

/// The store of the reservation context.
pub struct PostgresBoxOffice {
    database: Database,
    ids: Arc<dyn IdGenerator>,
    placing: Gathered<HoldRequest, Result<Seen<Reservation>, HoldError>>,
}

impl PostgresBoxOffice {
    pub fn new(database: Database, ids: Arc<dyn IdGenerator>) -> Self {
        let placing = Gathered::new(PLACING, Placing(database.clone()));
        Self { database, ids, placing }
    }
}
