mod inventory;
mod publication;
mod seat_maps;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use self::inventory::{Fault, FaultyInventory};
use crate::adapters::memory::MemoryCatalogue;
use crate::adapters::system::Version7;
use crate::concert::{
    Catalogue, Concert, Concerts, NewConcert, Publication, PublishError, Published, SalesWindow, SeatMaps,
    SeatPlan, Section,
};
use crate::shared::{Amount, ConcertId, IdGenerator, QueueId, ScheduleId};

/// The catalogue over memory and an inventory whose answers can fail to come.
struct World {
    catalogue: Arc<MemoryCatalogue>,
    inventory: Arc<FaultyInventory>,
    concerts: Concerts,
    publication: Publication,
    maps: SeatMaps,
}

impl World {
    fn new() -> Self {
        let (catalogue, inventory) =
            (Arc::new(MemoryCatalogue::default()), Arc::new(FaultyInventory::default()));
        Self {
            concerts: Concerts::new(catalogue.clone()),
            publication: Publication::new(catalogue.clone(), inventory.clone(), Arc::new(Version7)),
            maps: SeatMaps::new(catalogue.clone(), inventory.clone()),
            catalogue,
            inventory,
        }
    }

    fn concert(&self) -> Concert {
        let new = NewConcert {
            title: "Arirang".to_owned(),
            venue: "Hall".to_owned(),
            queue_id: QueueId(Uuid::from_u128(1)),
            sales: SalesWindow::new(day(0), day(10)).unwrap(),
        };
        ready(self.concerts.add(ConcertId(Version7.next()), new)).unwrap()
    }

    fn publish(
        &self,
        concert: &Concert,
        at: DateTime<Utc>,
        plan: &SeatPlan,
    ) -> Result<Published, PublishError> {
        ready(self.publication.publish(ScheduleId(Version7.next()), concert.id, at, plan))
    }

    /// What fans see.
    fn listed(&self, concert: &Concert) -> Vec<ScheduleId> {
        let schedules = ready(self.concerts.schedules(concert.id, concert.queue_id)).unwrap();
        schedules.into_iter().map(|schedule| schedule.id).collect()
    }
}

fn day(n: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(n)
}

fn plan(rows: u32) -> SeatPlan {
    let (name, price) = ("Floor".to_owned(), Amount::new(50_000).unwrap());
    SeatPlan::new(vec![Section { name, rows, seats_per_row: 10, price }]).unwrap()
}

/// Nothing in memory ever waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the memory adapters do not wait"),
    }
}
