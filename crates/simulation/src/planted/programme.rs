use async_trait::async_trait;
use domain::adapters::memory::MemoryCatalogue;
use domain::concert::{Catalogue, Concert, Draft, Drafted, PlannedSeat, Schedule};
use domain::shared::{ConcertId, Page, PageRequest, ScheduleId};

use super::{Plant, Wrong};

#[async_trait]
impl Catalogue for Wrong<MemoryCatalogue> {
    async fn add_concert(&self, concert: Concert) -> anyhow::Result<()> {
        self.right.add_concert(concert).await
    }

    async fn concert(&self, id: ConcertId) -> anyhow::Result<Option<Concert>> {
        self.right.concert(id).await
    }

    async fn concerts(&self, page: PageRequest) -> anyhow::Result<Page<Concert>> {
        self.right.concerts(page).await
    }

    async fn draft(&self, draft: Draft) -> anyhow::Result<Drafted> {
        if self.plant == Plant::DraftsAreForgotten {
            self.right
                .inspect(|programme| programme.performances.retain(|_, performance| performance.published));
        }
        let drafted = self.right.draft(draft).await?;
        if let (Plant::ShownBeforeInStock, Drafted::Ready(draft)) = (self.plant, &drafted) {
            self.right.publish(draft.schedule.id).await?;
        }
        Ok(drafted)
    }

    async fn publish(&self, schedule: ScheduleId) -> anyhow::Result<()> {
        self.right.publish(schedule).await
    }

    async fn schedules(&self, concert: ConcertId) -> anyhow::Result<Vec<Schedule>> {
        self.right.schedules(concert).await
    }

    async fn schedule(&self, id: ScheduleId) -> anyhow::Result<Option<Schedule>> {
        self.right.schedule(id).await
    }

    async fn seats(&self, schedule: ScheduleId) -> anyhow::Result<Vec<PlannedSeat>> {
        self.right.seats(schedule).await
    }
}
