use std::sync::Arc;

use crate::reservation::{Event, EventBody, Outbox, Passes};
use crate::shared::Unavailable;

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

    /// Delivers up to `limit` waiting events; returns how many arrived. Stops where the queue is out of reach, since
    /// the rest would fare no better; an event that it refuses stands in nobody's way.
    pub async fn deliver_due(&self, limit: usize) -> anyhow::Result<usize> {
        let due = self.outbox.claim(Self::LEASE_SECONDS, limit).await?;
        let (mut arrived, mut refused) = (0, None);
        for event in due {
            match self.deliver(event).await {
                Ok(()) => arrived += 1,
                Err(error) if error.is::<Unavailable>() => return Err(error),
                Err(error) => refused = Some(error),
            }
        }
        refused.map_or(Ok(arrived), Err)
    }
}
