use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;

use crate::concert::{Catalogue, Inventory, SeatMap};
use crate::shared::ScheduleId;

/// The live seat maps: plans from the catalogue, statuses from the inventory's change log.
///
/// A map is kept between calls, so that each refresh asks only for what has changed since the last.
#[derive(Clone)]
pub struct SeatMaps {
    catalogue: Arc<dyn Catalogue>,
    inventory: Arc<dyn Inventory>,
    maps: Arc<Mutex<HashMap<ScheduleId, Arc<SeatMap>>>>,
}

impl SeatMaps {
    pub fn new(catalogue: Arc<dyn Catalogue>, inventory: Arc<dyn Inventory>) -> Self {
        Self { catalogue, inventory, maps: Arc::default() }
    }

    /// The map as the inventory has it now, of a performance that is published.
    pub async fn current(&self, schedule: ScheduleId) -> anyhow::Result<Arc<SeatMap>> {
        let known = match self.known(schedule) {
            Some(map) => map,
            None => Arc::new(SeatMap::new(self.catalogue.seats(schedule).await?)),
        };
        let changes = self.inventory.changes(schedule, known.cursor()).await?;
        let mut map = SeatMap::clone(&known);
        map.apply(&changes);
        Ok(self.keep(schedule, Arc::new(map)))
    }

    /// The map as it must be when the inventory has not been heard for `silence`: holds lapse by its clock, which goes
    /// on. None where it has never been heard.
    pub fn unheard(&self, schedule: ScheduleId, silence: TimeDelta) -> Option<Arc<SeatMap>> {
        let known = self.known(schedule)?;
        let mut map = SeatMap::clone(&known);
        map.pass_time(known.as_of().checked_add_signed(silence)?);
        Some(self.keep(schedule, Arc::new(map)))
    }

    fn known(&self, schedule: ScheduleId) -> Option<Arc<SeatMap>> {
        self.maps.lock().unwrap_or_else(PoisonError::into_inner).get(&schedule).cloned()
    }

    /// Keeps the newer of two maps that were refreshed at once, and answers with it.
    fn keep(&self, schedule: ScheduleId, map: Arc<SeatMap>) -> Arc<SeatMap> {
        let mut maps = self.maps.lock().unwrap_or_else(PoisonError::into_inner);
        match maps.get(&schedule) {
            Some(newer) if newer.recency() > map.recency() => Arc::clone(newer),
            Some(_) | None => {
                maps.insert(schedule, Arc::clone(&map));
                map
            }
        }
    }
}
