use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Mutex;

use anyhow::{Context, ensure};
use async_trait::async_trait;

use super::lock;
use crate::concert::{Catalogue, Concert, Draft, Drafted, PlannedSeat, Recorded, Schedule};
use crate::shared::{ConcertId, Page, PageRequest, ScheduleId};

/// The catalogue in memory.
#[derive(Default)]
pub struct MemoryCatalogue {
    programme: Mutex<Programme>,
}

/// The tables of the concert context.
#[derive(Default)]
pub struct Programme {
    pub concerts: BTreeMap<ConcertId, Concert>,
    pub performances: BTreeMap<ScheduleId, Performance>,
}

/// A performance, and whether fans see it.
pub struct Performance {
    pub draft: Draft,
    pub published: bool,
}

impl MemoryCatalogue {
    /// Opens the tables, between two transactions, to an audit or to a test that breaks them on purpose. No use case
    /// comes through here: what is changed in this way no rule has decided.
    pub fn inspect<R>(&self, look: impl FnOnce(&mut Programme) -> R) -> R {
        look(&mut lock(&self.programme))
    }
}

impl Programme {
    fn recorded(&self, schedule: &Schedule) -> Option<Recorded> {
        let same = |other: &Schedule| {
            other.concert_id == schedule.concert_id && other.starts_at == schedule.starts_at
        };
        let performance = self.performances.values().find(|performance| same(&performance.draft.schedule))?;
        let Performance { draft, published } = performance;
        Some(if *published { Recorded::Published(draft.schedule.id) } else { Recorded::Draft(draft.clone()) })
    }

    fn published(&self) -> impl Iterator<Item = &Schedule> {
        self.performances
            .values()
            .filter(|performance| performance.published)
            .map(|performance| &performance.draft.schedule)
    }
}

#[async_trait]
impl Catalogue for MemoryCatalogue {
    async fn add_concert(&self, concert: Concert) -> anyhow::Result<()> {
        lock(&self.programme).concerts.entry(concert.id).or_insert(concert);
        Ok(())
    }

    async fn concert(&self, id: ConcertId) -> anyhow::Result<Option<Concert>> {
        Ok(lock(&self.programme).concerts.get(&id).cloned())
    }

    async fn concerts(&self, page: PageRequest) -> anyhow::Result<Page<Concert>> {
        let behind = page.after.map_or(Bound::Unbounded, |cursor| Bound::Excluded(ConcertId(cursor.0)));
        let programme = lock(&self.programme);
        let concerts = programme.concerts.range((behind, Bound::Unbounded)).take(page.limit() + 1);
        Ok(Page::cut(concerts.map(|(_, concert)| concert.clone()).collect(), &page, |concert| concert.id.0))
    }

    async fn draft(&self, draft: Draft) -> anyhow::Result<Drafted> {
        let mut programme = lock(&self.programme);
        ensure!(
            programme.concerts.contains_key(&draft.schedule.concert_id),
            "a performance of a concert that is not there"
        );
        let recorded = programme.recorded(&draft.schedule);
        let is_new = recorded.is_none();
        let drafted = draft.decide(recorded);
        if let (true, Drafted::Ready(draft)) = (is_new, &drafted) {
            programme
                .performances
                .insert(draft.schedule.id, Performance { draft: draft.clone(), published: false });
        }
        Ok(drafted)
    }

    async fn publish(&self, schedule: ScheduleId) -> anyhow::Result<()> {
        let mut programme = lock(&self.programme);
        let performance = programme.performances.get_mut(&schedule);
        performance.context("publishing a performance that was never drafted")?.published = true;
        Ok(())
    }

    async fn schedules(&self, concert: ConcertId) -> anyhow::Result<Vec<Schedule>> {
        let programme = lock(&self.programme);
        let mut schedules: Vec<_> =
            programme.published().filter(|schedule| schedule.concert_id == concert).cloned().collect();
        schedules.sort_by_key(|schedule| schedule.starts_at);
        Ok(schedules)
    }

    async fn schedule(&self, id: ScheduleId) -> anyhow::Result<Option<Schedule>> {
        Ok(lock(&self.programme).published().find(|schedule| schedule.id == id).cloned())
    }

    async fn seats(&self, schedule: ScheduleId) -> anyhow::Result<Vec<PlannedSeat>> {
        Ok(lock(&self.programme)
            .performances
            .get(&schedule)
            .map(|it| it.draft.seats.clone())
            .unwrap_or_default())
    }
}
