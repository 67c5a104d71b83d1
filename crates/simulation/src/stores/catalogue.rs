use async_trait::async_trait;
use domain::concert::{Catalogue, Concert, Draft, Drafted, PlannedSeat, Schedule};
use domain::shared::{ConcertId, Page, PageRequest, ScheduleId};

use super::Guarded;
use crate::faults::Step;

#[async_trait]
impl Catalogue for Guarded<dyn Catalogue> {
    async fn add_concert(&self, concert: Concert) -> anyhow::Result<()> {
        self.gate.enter(Step::AddConcert).await?;
        let added = self.inner.add_concert(concert).await;
        self.gate.leave(Step::AddConcert).await?;
        added
    }

    async fn concert(&self, id: ConcertId) -> anyhow::Result<Option<Concert>> {
        self.gate.enter(Step::ReadCatalogue).await?;
        let found = self.inner.concert(id).await;
        self.gate.look(Step::ReadCatalogue).await?;
        found
    }

    async fn concerts(&self, page: PageRequest) -> anyhow::Result<Page<Concert>> {
        self.gate.enter(Step::ReadCatalogue).await?;
        let found = self.inner.concerts(page).await;
        self.gate.look(Step::ReadCatalogue).await?;
        found
    }

    async fn draft(&self, draft: Draft) -> anyhow::Result<Drafted> {
        self.gate.enter(Step::DraftPerformance).await?;
        let drafted = self.inner.draft(draft).await;
        self.gate.leave(Step::DraftPerformance).await?;
        drafted
    }

    async fn publish(&self, schedule: ScheduleId) -> anyhow::Result<()> {
        self.gate.enter(Step::ShowPerformance).await?;
        let published = self.inner.publish(schedule).await;
        self.gate.leave(Step::ShowPerformance).await?;
        published
    }

    async fn schedules(&self, concert: ConcertId) -> anyhow::Result<Vec<Schedule>> {
        self.gate.enter(Step::ReadCatalogue).await?;
        let found = self.inner.schedules(concert).await;
        self.gate.look(Step::ReadCatalogue).await?;
        found
    }

    async fn schedule(&self, id: ScheduleId) -> anyhow::Result<Option<Schedule>> {
        self.gate.enter(Step::ReadCatalogue).await?;
        let found = self.inner.schedule(id).await;
        self.gate.look(Step::ReadCatalogue).await?;
        found
    }

    async fn seats(&self, schedule: ScheduleId) -> anyhow::Result<Vec<PlannedSeat>> {
        self.gate.enter(Step::ReadCatalogue).await?;
        let found = self.inner.seats(schedule).await;
        self.gate.look(Step::ReadCatalogue).await?;
        found
    }
}
