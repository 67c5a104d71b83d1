//! Seats, reservations, payments and events on PostgreSQL. Only here are the reservation tables named.
//!
//! Locks are taken in one order everywhere: reservations by id, turns by their keys, seats by id, payments by id, events by
//! id. A set of holds takes the turns of its fans and passes and then seats; the sweep and whoever gives a reservation up
//! take that of the pass before the seats; the steps of paying need no turn. Those who take what nobody else has (the
//! sweep, recovery, couriers) skip locked rows and wait for none. So no two transactions wait for each other.

pub mod audit;
mod checkouts;
mod holds;
mod inspection;
mod inventory;
mod locks;
mod outbox;
mod releases;
mod reservations;
mod rows;
mod schema;
mod writes;

use std::sync::Arc;

use domain::reservation::{HoldError, HoldRequest, Reservation, Seen};
use domain::shared::{EventId, IdGenerator};
use service_kit::gather::Gathered;
use service_kit::postgres::Database;

use checkouts::{Outcome, STEPS, Step, Steps};
use holds::{PLACING, Placing};
use outbox::{ARRIVALS, Arrivals};

/// The store of the reservation context.
pub struct PostgresBoxOffice {
    database: Database,
    ids: Arc<dyn IdGenerator>,
    placing: Gathered<HoldRequest, Result<Seen<Reservation>, HoldError>>,
    steps: Gathered<Step, Outcome>,
    arrivals: Gathered<EventId, ()>,
}

impl PostgresBoxOffice {
    pub fn new(database: Database, ids: Arc<dyn IdGenerator>) -> Self {
        let placing = Gathered::new(PLACING, Placing::new(database.clone()));
        let steps = Steps { database: database.clone(), ids: Arc::clone(&ids) };
        let steps = Gathered::new(STEPS, steps);
        let arrivals = Gathered::new(ARRIVALS, Arrivals(database.clone()));
        Self { database, ids, placing, steps, arrivals }
    }
}
