use async_trait::async_trait;
use domain::reservation::{Inventory, InventorySeat, SaleTerms, SeatReport};
use domain::shared::ScheduleId;

use super::Guarded;
use crate::faults::Step;

#[async_trait]
impl Inventory for Guarded<dyn Inventory> {
    async fn publish(&self, terms: SaleTerms, seats: Vec<InventorySeat>) -> anyhow::Result<()> {
        self.gate.enter(Step::Stock).await?;
        let published = self.inner.publish(terms, seats).await;
        self.gate.leave(Step::Stock).await?;
        published
    }

    async fn changes(&self, schedule: ScheduleId, version: i64) -> anyhow::Result<Option<SeatReport>> {
        self.gate.enter(Step::Changes).await?;
        let changes = self.inner.changes(schedule, version).await;
        self.gate.look(Step::Changes).await?;
        changes
    }
}
