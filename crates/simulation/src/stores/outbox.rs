use async_trait::async_trait;
use domain::reservation::{Event, Outbox};
use domain::shared::EventId;

use super::Guarded;
use crate::faults::Step;

#[async_trait]
impl Outbox for Guarded<dyn Outbox> {
    async fn claim(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Event>> {
        self.gate.enter(Step::ClaimEvents).await?;
        let claimed = self.inner.claim(lease_seconds, limit).await;
        let found = claimed.as_ref().map_or(true, |events| !events.is_empty());
        self.gate.leave_job(Step::ClaimEvents, found).await?;
        claimed
    }

    async fn is_waiting(&self, event: EventId) -> anyhow::Result<bool> {
        self.gate.enter(Step::LookForEvent).await?;
        let waiting = self.inner.is_waiting(event).await;
        self.gate.look(Step::LookForEvent).await?;
        waiting
    }

    async fn delivered(&self, event: EventId) -> anyhow::Result<()> {
        self.gate.enter(Step::MarkDelivered).await?;
        let delivered = self.inner.delivered(event).await;
        self.gate.leave(Step::MarkDelivered).await?;
        delivered
    }
}
