use std::sync::Arc;

use crate::concert::{Catalogue, Concert, SalesWindow, Schedule};
use crate::shared::{ConcertId, Page, PageRequest, QueueId, ScheduleId};

/// Reading and adding concerts.
#[derive(Clone)]
pub struct Concerts {
    catalogue: Arc<dyn Catalogue>,
}

/// A concert to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewConcert {
    pub title: String,
    pub venue: String,
    pub queue_id: QueueId,
    pub sales: SalesWindow,
}

#[derive(Debug, thiserror::Error)]
pub enum ConcertError {
    #[error("there is no such concert")]
    NoSuchConcert,
    #[error("there is no such performance")]
    NoSuchSchedule,
    /// The pass is for another waiting room.
    #[error("this pass was given for another queue")]
    OtherQueue,
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

impl Concerts {
    pub fn new(catalogue: Arc<dyn Catalogue>) -> Self {
        Self { catalogue }
    }

    /// Adds a concert under `id`; the same id again changes nothing.
    pub async fn add(&self, id: ConcertId, new: NewConcert) -> Result<Concert, ConcertError> {
        let NewConcert { title, venue, queue_id, sales } = new;
        let concert = Concert { id, title, venue, queue_id, sales };
        self.catalogue.add_concert(concert.clone()).await?;
        Ok(concert)
    }

    pub async fn concert(&self, id: ConcertId) -> Result<Concert, ConcertError> {
        self.catalogue.concert(id).await?.ok_or(ConcertError::NoSuchConcert)
    }

    pub async fn concerts(&self, page: PageRequest) -> Result<Page<Concert>, ConcertError> {
        Ok(self.catalogue.concerts(page).await?)
    }

    /// The published performances of a concert, for a fan admitted through `queue`.
    pub async fn schedules(&self, id: ConcertId, queue: QueueId) -> Result<Vec<Schedule>, ConcertError> {
        if self.concert(id).await?.queue_id != queue {
            return Err(ConcertError::OtherQueue);
        }
        Ok(self.catalogue.schedules(id).await?)
    }

    /// The published performances of a concert, for whoever runs it.
    pub async fn programme(&self, id: ConcertId) -> Result<Vec<Schedule>, ConcertError> {
        let concert = self.concert(id).await?;
        Ok(self.catalogue.schedules(concert.id).await?)
    }

    /// A published performance, for a fan admitted through `queue`.
    pub async fn schedule(&self, id: ScheduleId, queue: QueueId) -> Result<Schedule, ConcertError> {
        let (schedule, concert) = self.performance(id).await?;
        if concert.queue_id != queue {
            return Err(ConcertError::OtherQueue);
        }
        Ok(schedule)
    }

    /// A published performance and its concert, for anybody who knows its id: a reservation or a ticket names it.
    pub async fn performance(&self, id: ScheduleId) -> Result<(Schedule, Concert), ConcertError> {
        let schedule = self.catalogue.schedule(id).await?.ok_or(ConcertError::NoSuchSchedule)?;
        let concert = self.concert(schedule.concert_id).await?;
        Ok((schedule, concert))
    }
}
