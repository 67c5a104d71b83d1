use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Utc};

use crate::concert::{Catalogue, Draft, Drafted, Inventory, InventoryPlan, Schedule, SeatPlan};
use crate::shared::{ConcertId, IdGenerator, ScheduleId};

/// Puts a performance on sale: stored, handed to the inventory, then shown.
///
/// Nobody sees a performance before its seats can be sold. Where the inventory does not answer, the draft stays
/// behind unseen. Asking again for the same plan at the same time goes on with that draft, under the ids that the
/// inventory may know already; so however often it is asked, the inventory has the seats once.
#[derive(Clone)]
pub struct Publication {
    catalogue: Arc<dyn Catalogue>,
    inventory: Arc<dyn Inventory>,
    ids: Arc<dyn IdGenerator>,
}

/// A performance on sale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    pub schedule: Schedule,
    pub seats_total: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("there is no such concert")]
    NoSuchConcert,
    /// It would be over before anybody could buy a seat.
    #[error("must be after the concert's salesOpenAt, {0}")]
    StartsBeforeSale(DateTime<Utc>),
    #[error("the concert has a performance at that time")]
    AlreadyPublished(ScheduleId),
    #[error("a performance with another plan is being published at that time")]
    OtherPlan(ScheduleId),
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

impl Publication {
    pub fn new(
        catalogue: Arc<dyn Catalogue>,
        inventory: Arc<dyn Inventory>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { catalogue, inventory, ids }
    }

    /// Publishes a performance, under `id` if it is a new one; what was done under `id` before is done.
    pub async fn publish(
        &self,
        id: ScheduleId,
        concert_id: ConcertId,
        starts_at: DateTime<Utc>,
        plan: &SeatPlan,
    ) -> Result<Published, PublishError> {
        let concert = self.catalogue.concert(concert_id).await?.ok_or(PublishError::NoSuchConcert)?;
        if starts_at <= concert.sales.opens_at() {
            return Err(PublishError::StartsBeforeSale(concert.sales.opens_at()));
        }
        let schedule = Schedule { id, concert_id, starts_at };
        let draft = Draft { schedule, seats: plan.seats(self.ids.as_ref()) };
        let Draft { schedule, seats } = match self.catalogue.draft(draft).await? {
            Drafted::Ready(draft) => draft,
            Drafted::AlreadyPublished(published) if published == id => return self.published(id).await,
            Drafted::AlreadyPublished(published) => return Err(PublishError::AlreadyPublished(published)),
            Drafted::OtherPlan(draft) => return Err(PublishError::OtherPlan(draft)),
        };
        let plan = InventoryPlan { schedule, queue_id: concert.queue_id, sales: concert.sales, seats };
        self.inventory.publish(&plan).await?;
        self.catalogue.publish(plan.schedule.id).await?;
        Ok(Published { schedule: plan.schedule, seats_total: plan.seats.len() })
    }

    async fn published(&self, id: ScheduleId) -> Result<Published, PublishError> {
        let schedule = self.catalogue.schedule(id).await?.context("a published performance is not there")?;
        Ok(Published { schedule, seats_total: self.catalogue.seats(id).await?.len() })
    }
}
