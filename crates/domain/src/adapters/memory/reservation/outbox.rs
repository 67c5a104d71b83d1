use async_trait::async_trait;
use chrono::TimeDelta;

use super::MemoryBoxOffice;
use crate::adapters::memory::lock;
use crate::reservation::{Event, Outbox};
use crate::shared::EventId;

#[async_trait]
impl Outbox for MemoryBoxOffice {
    async fn claim(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Event>> {
        let now = self.clock.now();
        let mut stock = lock(&self.stock);
        let due =
            stock.outbox.iter_mut().filter(|waiting| waiting.claimed_until.is_none_or(|until| until <= now));
        let claimed = due.take(limit).map(|waiting| {
            waiting.claimed_until = Some(now + TimeDelta::seconds(lease_seconds.into()));
            waiting.event
        });
        Ok(claimed.collect())
    }

    async fn is_waiting(&self, event: EventId) -> anyhow::Result<bool> {
        Ok(lock(&self.stock).outbox.iter().any(|waiting| waiting.event.id == event))
    }

    async fn delivered(&self, event: EventId) -> anyhow::Result<()> {
        lock(&self.stock).outbox.retain(|waiting| waiting.event.id != event);
        Ok(())
    }
}
