use anyhow::ensure;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::concert::{Catalogue, Concert, Draft, Drafted, PlannedSeat, Schedule};
use domain::shared::{ConcertId, Page, PageRequest, ScheduleId};
use service_kit::postgres::{Database, classify};

use super::drafts;
use super::rows::{ConcertRow, PUBLISHED, ScheduleRow};
use super::schema::{concerts, schedules};

/// Concerts, performances and seats in the catalogue's schema.
pub struct PostgresCatalogue {
    pub(super) database: Database,
}

impl PostgresCatalogue {
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Catalogue for PostgresCatalogue {
    async fn add_concert(&self, concert: Concert) -> anyhow::Result<()> {
        let mut connection = self.database.connection().await?;
        let row = ConcertRow::from(concert);
        let added =
            diesel::insert_into(concerts::table).values(&row).on_conflict(concerts::concert_id).do_nothing();
        added.execute(&mut connection).await.map_err(classify)?;
        Ok(())
    }

    async fn concert(&self, id: ConcertId) -> anyhow::Result<Option<Concert>> {
        let mut connection = self.database.connection().await?;
        let row = concerts::table.find(id.0).select(ConcertRow::as_select());
        row.first(&mut connection).await.optional().map_err(classify)?.map(ConcertRow::concert).transpose()
    }

    async fn concerts(&self, page: PageRequest) -> anyhow::Result<Page<Concert>> {
        let mut connection = self.database.connection().await?;
        let mut rows = concerts::table
            .order(concerts::concert_id)
            .limit(i64::try_from(page.limit() + 1)?)
            .select(ConcertRow::as_select())
            .into_boxed();
        if let Some(cursor) = page.after {
            rows = rows.filter(concerts::concert_id.gt(cursor.0));
        }
        let rows = rows.load(&mut connection).await.map_err(classify)?;
        let concerts = rows.into_iter().map(ConcertRow::concert).collect::<anyhow::Result<_>>()?;
        Ok(Page::cut(concerts, &page, |concert: &Concert| concert.id.0))
    }

    async fn draft(&self, draft: Draft) -> anyhow::Result<Drafted> {
        drafts::store(&self.database, draft).await
    }

    async fn publish(&self, schedule: ScheduleId) -> anyhow::Result<()> {
        let mut connection = self.database.connection().await?;
        let published = diesel::update(schedules::table.find(schedule.0)).set(schedules::state.eq(PUBLISHED));
        let published = published.execute(&mut connection).await.map_err(classify)?;
        ensure!(published == 1, "publishing a performance that was never drafted: {schedule}");
        Ok(())
    }

    async fn schedules(&self, concert: ConcertId) -> anyhow::Result<Vec<Schedule>> {
        let mut connection = self.database.connection().await?;
        let rows: Vec<ScheduleRow> = schedules::table
            .filter(schedules::concert_id.eq(concert.0).and(schedules::state.eq(PUBLISHED)))
            .order(schedules::starts_at)
            .select(ScheduleRow::as_select())
            .load(&mut connection)
            .await
            .map_err(classify)?;
        Ok(rows.iter().map(ScheduleRow::schedule).collect())
    }

    async fn schedule(&self, id: ScheduleId) -> anyhow::Result<Option<Schedule>> {
        let mut connection = self.database.connection().await?;
        let row = schedules::table
            .find(id.0)
            .filter(schedules::state.eq(PUBLISHED))
            .select(ScheduleRow::as_select());
        let row: Option<ScheduleRow> = row.first(&mut connection).await.optional().map_err(classify)?;
        Ok(row.as_ref().map(ScheduleRow::schedule))
    }

    async fn seats(&self, schedule: ScheduleId) -> anyhow::Result<Vec<PlannedSeat>> {
        let mut connection = self.database.connection().await?;
        drafts::seats(&mut connection, schedule.0).await.map_err(classify)?.collect()
    }
}
