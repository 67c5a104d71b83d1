use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::concert::{Catalogue, Draft, Drafted, Inventory, InventoryPlan, Schedule, SeatPlan};
use crate::shared::{ConcertId, IdGenerator, ScheduleId};

/// Puts a performance on sale: stored, handed to the inventory, then shown.
///
/// Nobody sees a performance before its seats can be sold. Where the inventory is out of reach the draft stays
/// behind unseen, and asking again for the same time takes its place.
#[derive(Clone)]
pub struct Publication {
    catalogue: Arc<dyn Catalogue>,
    inventory: Arc<dyn Inventory>,
    ids: Arc<dyn IdGenerator>,
}

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("there is no such concert")]
    NoSuchConcert,
    #[error("the concert has a performance at that time")]
    AlreadyPublished(ScheduleId),
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

impl Publication {
    pub fn new(catalogue: Arc<dyn Catalogue>, inventory: Arc<dyn Inventory>, ids: Arc<dyn IdGenerator>) -> Self {
        Self { catalogue, inventory, ids }
    }

    pub async fn publish(
        &self,
        concert_id: ConcertId,
        starts_at: DateTime<Utc>,
        plan: &SeatPlan,
    ) -> Result<Draft, PublishError> {
        let concert = self.catalogue.concert(concert_id).await?.ok_or(PublishError::NoSuchConcert)?;
        let schedule = Schedule { id: ScheduleId(self.ids.next()), concert_id, starts_at };
        let draft = Draft { schedule, seats: plan.seats(self.ids.as_ref()) };
        let draft = match self.catalogue.draft(draft).await? {
            Drafted::Ready(draft) => draft,
            Drafted::AlreadyPublished(schedule) => return Err(PublishError::AlreadyPublished(schedule)),
        };
        let Draft { schedule, seats } = draft;
        let plan = InventoryPlan { schedule, queue_id: concert.queue_id, sales: concert.sales, seats };
        self.inventory.publish(&plan).await?;
        self.catalogue.publish(plan.schedule.id).await?;
        Ok(Draft { schedule: plan.schedule, seats: plan.seats })
    }
}
