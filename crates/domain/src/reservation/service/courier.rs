use std::sync::Arc;

use crate::reservation::{Event, EventBody, Outbox, Passes};

/// Delivers events to the queue: at least once, in no particular order. The receiver's no-ops make it once.
#[derive(Clone)]
pub struct Courier {
    outbox: Arc<dyn Outbox>,
    passes: Arc<dyn Passes>,
}

impl Courier {
    /// Longer than a delivery's own deadline, so that two couriers seldom carry the same event.
    const LEASE_SECONDS: u32 = 5;

    pub fn new(outbox: Arc<dyn Outbox>, passes: Arc<dyn Passes>) -> Self {
        Self { outbox, passes }
    }

    /// Delivers one event now. Where that fails it stays in the outbox for [`Self::deliver_due`].
    pub async fn deliver(&self, event: Event) -> anyhow::Result<()> {
        match event.body {
            EventBody::PassFinished { pass_id } => self.passes.finish(pass_id).await?,
            EventBody::SlotYielded { pass_id } => self.passes.yield_slot(pass_id).await?,
        }
        self.outbox.delivered(event.id).await
    }

    /// Delivers up to `limit` waiting events; returns how many arrived. Stops at the first that does not: the
    /// queue is out of reach, and the rest would fare no better.
    pub async fn deliver_due(&self, limit: usize) -> anyhow::Result<usize> {
        let due = self.outbox.claim(Self::LEASE_SECONDS, limit).await?;
        let mut arrived = 0;
        for event in due {
            self.deliver(event).await?;
            arrived += 1;
        }
        Ok(arrived)
    }
}
