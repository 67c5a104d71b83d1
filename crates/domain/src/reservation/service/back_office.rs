use std::sync::Arc;

use anyhow::Context;

use super::{Courier, LookupError};
use crate::reservation::{
    Inspected, Inspection, ReleaseError, ReleaseRequest, Releases, SalesFigures, Seen, Sought,
};
use crate::shared::{Page, PageRequest, ReservationId, ScheduleId};

/// What those who run a sale do: see how it goes, look into what is stuck, and take a hold from whoever has it.
#[derive(Clone)]
pub struct BackOffice {
    inspection: Arc<dyn Inspection>,
    releases: Arc<dyn Releases>,
    courier: Courier,
}

impl BackOffice {
    pub fn new(inspection: Arc<dyn Inspection>, releases: Arc<dyn Releases>, courier: Courier) -> Self {
        Self { inspection, releases, courier }
    }

    /// How a performance sells.
    pub async fn sales(&self, schedule: ScheduleId) -> Result<SalesFigures, LookupError> {
        self.inspection.sales(schedule).await?.ok_or(LookupError::NoSuchThing("performance"))
    }

    /// A performance's reservations, oldest first: what is stuck comes first.
    pub async fn reservations(
        &self,
        sought: Sought,
        page: PageRequest,
    ) -> Result<Seen<Page<Inspected>>, LookupError> {
        let found = self.inspection.reservations(sought, page).await?;
        found.ok_or(LookupError::NoSuchThing("performance"))
    }

    pub async fn reservation(&self, id: ReservationId) -> Result<Seen<Inspected>, LookupError> {
        self.inspection.inspect(id).await?.ok_or(LookupError::NoSuchThing("reservation"))
    }

    /// Releases a hold as if its fan had given it up: seats free at once, and the slot handed on where the pass holds
    /// nothing else. The reservation as it stands after that.
    pub async fn release(&self, request: ReleaseRequest) -> Result<Seen<Inspected>, ReleaseError> {
        let id = request.reservation_id;
        if let Some(event) = self.releases.release(request).await? {
            // Where the queue is out of reach the seats are free all the same, and the outbox delivers later.
            self.courier.deliver(event).await.ok();
        }
        let released = self.inspection.inspect(id).await?;
        Ok(released.context("a reservation that was just released is not there")?)
    }
}
