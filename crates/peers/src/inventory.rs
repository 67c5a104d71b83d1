use async_trait::async_trait;
use contracts::internal::reservation::{InventoryBody, SeatChangesBody};
use domain::concert::{Inventory, InventoryPlan, SeatChanges};
use domain::shared::ScheduleId;

use crate::peer::{Peer, PeerError};

/// reservation-service, as the catalogue sees it.
pub struct HttpInventory {
    reservation: Peer,
}

impl HttpInventory {
    pub fn new(reservation: Peer) -> Self {
        Self { reservation }
    }
}

#[async_trait]
impl Inventory for HttpInventory {
    async fn publish(&self, plan: &InventoryPlan) -> anyhow::Result<()> {
        let path = format!("/internal/v1/inventories/{}", plan.schedule.id);
        self.reservation.put_only(&path, &InventoryBody::from(plan)).await.map_err(PeerError::marked)
    }

    async fn changes(&self, schedule: ScheduleId, version: i64) -> anyhow::Result<SeatChanges> {
        let path = format!("/internal/v1/inventories/{schedule}/changes?after={version}");
        let changes: SeatChangesBody = self.reservation.get(&path).await.map_err(PeerError::marked)?;
        Ok(changes.into())
    }
}
