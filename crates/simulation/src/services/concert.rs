use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::concert::{
    Catalogue, Concert, ConcertError, Concerts, Inventory, NewConcert, Publication, PublishError, Published,
    Schedule, SeatMap, SeatMaps, SeatPlan,
};
use domain::shared::{ConcertId, IdGenerator, ScheduleId};

use super::door::{Door, Pass, TurnedAway};
use crate::executor::Process;
use crate::faults::Step;
use crate::network::{Host, InventoryPeer, Peer};
use crate::planted;
use crate::stores::{Gate, Guarded};
use crate::world::{Store, World};

/// concert-service.
pub struct ConcertApp {
    concerts: Concerts,
    publication: Publication,
    seat_maps: SeatMaps,
    door: Arc<Door>,
}

impl Host for ConcertApp {
    const PROCESS: Process = Process::Concert;

    fn running(world: &World) -> Option<Arc<Self>> {
        world.apps().concert.clone()
    }
}

impl ConcertApp {
    pub async fn add(&self, id: ConcertId, new: NewConcert) -> Result<Concert, ConcertError> {
        self.concerts.add(id, new).await
    }

    pub async fn publish(
        &self,
        id: ScheduleId,
        concert: ConcertId,
        starts_at: DateTime<Utc>,
        plan: &SeatPlan,
    ) -> Result<Published, PublishError> {
        self.publication.publish(id, concert, starts_at, plan).await
    }

    /// The first performance of a concert and its seats, as a fan with a pass sees them.
    pub async fn look(
        &self,
        pass: &Pass,
        concert: ConcertId,
    ) -> Result<Result<Option<(Schedule, Arc<SeatMap>)>, ConcertError>, TurnedAway> {
        self.door.admit(Step::FanLooks, pass)?;
        Ok(self.first_map(pass, concert).await)
    }

    async fn first_map(
        &self,
        pass: &Pass,
        concert: ConcertId,
    ) -> Result<Option<(Schedule, Arc<SeatMap>)>, ConcertError> {
        let schedules = self.concerts.schedules(concert, pass.queue).await?;
        let Some(schedule) = schedules.into_iter().next() else { return Ok(None) };
        let map = self.seat_maps.current(schedule.id).await?;
        Ok(Some((schedule, map)))
    }

    /// The map as it is known to this process, refreshed.
    pub async fn map(&self, schedule: ScheduleId) -> anyhow::Result<Arc<SeatMap>> {
        self.seat_maps.current(schedule).await
    }
}

pub fn start(world: &Arc<World>) {
    let gate = Gate::new(world, Process::Concert, Store::Catalogue);
    let catalogue: Arc<dyn Catalogue> = Guarded::new(planted::catalogue(world), &gate);
    let peer = Peer { world: Arc::clone(world), caller: Process::Concert };
    let inventory: Arc<dyn Inventory> = planted::inventory(world, Arc::new(InventoryPeer(peer)));
    let ids: Arc<dyn IdGenerator> = world.ids.clone();
    let door = Door::new(world, Process::Concert);
    let app = Arc::new(ConcertApp {
        concerts: Concerts::new(Arc::clone(&catalogue)),
        publication: Publication::new(Arc::clone(&catalogue), Arc::clone(&inventory), ids),
        seat_maps: SeatMaps::new(catalogue, inventory),
        door: Arc::clone(&door),
    });
    world.apps().concert = Some(app);
    door.follow();
}
