use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use domain::concert::{Catalogue, Concert, Draft, Drafted, PlannedSeat, Schedule};
use domain::shared::{ConcertId, Page, PageRequest, ScheduleId};

/// A catalogue that reads a concert or a published performance once: neither ever changes, and every look at a seat
/// map needs both.
pub struct RememberedCatalogue {
    catalogue: Arc<dyn Catalogue>,
    concerts: Memory<ConcertId, Concert>,
    schedules: Memory<ScheduleId, Schedule>,
}

/// What was found; what was not found may yet come.
struct Memory<K, V>(RwLock<HashMap<K, V>>);

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    fn recall(&self, key: &K) -> Option<V> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: K, found: Option<V>) -> Option<V> {
        if let Some(value) = &found {
            self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key, value.clone());
        }
        found
    }
}

impl RememberedCatalogue {
    pub fn new(catalogue: Arc<dyn Catalogue>) -> Self {
        Self { catalogue, concerts: Memory(RwLock::default()), schedules: Memory(RwLock::default()) }
    }
}

#[async_trait]
impl Catalogue for RememberedCatalogue {
    async fn add_concert(&self, concert: Concert) -> anyhow::Result<()> {
        self.catalogue.add_concert(concert).await
    }

    async fn concert(&self, id: ConcertId) -> anyhow::Result<Option<Concert>> {
        match self.concerts.recall(&id) {
            Some(concert) => Ok(Some(concert)),
            None => Ok(self.concerts.keep(id, self.catalogue.concert(id).await?)),
        }
    }

    async fn concerts(&self, page: PageRequest) -> anyhow::Result<Page<Concert>> {
        self.catalogue.concerts(page).await
    }

    async fn draft(&self, draft: Draft) -> anyhow::Result<Drafted> {
        self.catalogue.draft(draft).await
    }

    async fn publish(&self, schedule: ScheduleId) -> anyhow::Result<()> {
        self.catalogue.publish(schedule).await
    }

    async fn schedules(&self, concert: ConcertId) -> anyhow::Result<Vec<Schedule>> {
        self.catalogue.schedules(concert).await
    }

    async fn schedule(&self, id: ScheduleId) -> anyhow::Result<Option<Schedule>> {
        match self.schedules.recall(&id) {
            Some(schedule) => Ok(Some(schedule)),
            None => Ok(self.schedules.keep(id, self.catalogue.schedule(id).await?)),
        }
    }

    async fn seats(&self, schedule: ScheduleId) -> anyhow::Result<Vec<PlannedSeat>> {
        self.catalogue.seats(schedule).await
    }
}
