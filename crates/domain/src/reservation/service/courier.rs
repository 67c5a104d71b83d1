use std::sync::Arc;

use super::at_once::at_once;
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

    /// Events under way at the same time: as many as are soon delivered, so that none is claimed and then left lying.
    const AT_ONCE: usize = 64;

    pub fn new(outbox: Arc<dyn Outbox>, passes: Arc<dyn Passes>) -> Self {
        Self { outbox, passes }
    }

    /// Delivers one event now. Where that fails it stays in the outbox for [`Self::deliver_due`].
    pub async fn deliver(&self, event: Event) -> anyhow::Result<()> {
        match event.body {
            EventBody::PassFinished { pass_id } => self.passes.finish(pass_id).await?,
            EventBody::SlotYielded { pass_id } => {
                // The last thing before the queue is asked: the fan may have taken seats again since.
                if !self.outbox.is_waiting(event.id).await? {
                    return Ok(());
                }
                self.passes.yield_slot(pass_id).await?;
            }
        }
        self.outbox.delivered(event.id).await
    }

    /// Delivers up to `limit` waiting events; returns how many arrived. Stops where the queue is out of reach, since
    /// the rest would fare no better; an event that it refuses stands in nobody's way.
    pub async fn deliver_due(&self, limit: usize) -> anyhow::Result<usize> {
        let (mut arrived, mut refused, mut left) = (0, None, limit);
        while left > 0 {
            let asked = left.min(Self::AT_ONCE);
            let due = self.outbox.claim(Self::LEASE_SECONDS, asked).await?;
            left = if due.len() < asked { 0 } else { left - asked };
            for delivered in at_once(due.into_iter().map(|event| self.deliver(event))).await {
                match delivered {
                    Ok(()) => arrived += 1,
                    Err(error) if error.is::<Unavailable>() => return Err(error),
                    Err(error) => refused = Some(error),
                }
            }
        }
        refused.map_or(Ok(arrived), Err)
    }
}
