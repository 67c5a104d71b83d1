//! Deliberate mistakes, one at a time: each a wrong adapter over a right store, or a wrong copy of a loop that
//! drives. They show that the simulation sees what it is there to see. The domain knows nothing of them.
//!
//! Every wrong adapter names the mistakes that are its own; under any other plant it leaves right what is right.

mod checkouts;
mod driver;
mod holds;
mod ledger;
mod outbox;
mod peers;
mod plants;
mod programme;
mod room;
mod surgery;
mod till;

use std::sync::Arc;

use domain::concert::{self, Catalogue};
use domain::queue::WaitingRoom;
use domain::reservation::{Checkouts, Holds, Outbox, Payments};
use domain::wallet::Ledger;

use crate::world::World;

pub use driver::Driver;
pub use plants::Plant;
pub use till::Till;

/// A right store of ours, and the mistake that is made in front of it.
struct Wrong<S> {
    right: Arc<S>,
    world: Arc<World>,
    plant: Plant,
}

impl<S> Wrong<S> {
    /// As long as a second transaction takes to begin.
    async fn between_two_transactions(&self) {
        let pause = self.world.executor.draw(|chance| chance.millis(0, 8));
        self.world.executor.sleep(pause).await;
    }

    fn new(right: &Arc<S>, world: &Arc<World>, plant: Plant) -> Arc<Self> {
        Arc::new(Self { right: Arc::clone(right), world: Arc::clone(world), plant })
    }
}

pub fn holds(world: &Arc<World>) -> Arc<dyn Holds> {
    match world.plant {
        None => world.stores.box_office.clone(),
        Some(plant) => Wrong::new(&world.stores.box_office, world, plant),
    }
}

pub fn checkouts(world: &Arc<World>) -> Arc<dyn Checkouts> {
    match world.plant {
        None => world.stores.box_office.clone(),
        Some(plant) => Wrong::new(&world.stores.box_office, world, plant),
    }
}

pub fn outbox(world: &Arc<World>) -> Arc<dyn Outbox> {
    match world.plant {
        None => world.stores.box_office.clone(),
        Some(plant) => Arc::new(outbox::WrongOutbox::new(world, plant)),
    }
}

pub fn room(world: &Arc<World>) -> Arc<dyn WaitingRoom> {
    match world.plant {
        None => world.stores.room.clone(),
        Some(plant) => Wrong::new(&world.stores.room, world, plant),
    }
}

pub fn ledger(world: &Arc<World>) -> Arc<dyn Ledger> {
    match world.plant {
        None => world.stores.ledger.clone(),
        Some(plant) => Wrong::new(&world.stores.ledger, world, plant),
    }
}

pub fn catalogue(world: &Arc<World>) -> Arc<dyn Catalogue> {
    match world.plant {
        None => world.stores.catalogue.clone(),
        Some(plant) => Wrong::new(&world.stores.catalogue, world, plant),
    }
}

pub fn payments(world: &Arc<World>, peer: Arc<dyn Payments>) -> Arc<dyn Payments> {
    match world.plant {
        None => peer,
        Some(plant) => Arc::new(peers::WrongPayments { right: peer, world: Arc::clone(world), plant }),
    }
}

pub fn inventory(world: &Arc<World>, peer: Arc<dyn concert::Inventory>) -> Arc<dyn concert::Inventory> {
    match world.plant {
        None => peer,
        Some(plant) => Arc::new(peers::WrongInventory { right: peer, plant }),
    }
}
