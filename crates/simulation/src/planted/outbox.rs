use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use domain::reservation::{Event, Outbox};
use domain::shared::EventId;

use super::Plant;
use crate::world::{World, lock};

/// The outbox, and how far it was read.
pub struct WrongOutbox {
    world: Arc<World>,
    plant: Plant,
    last: Mutex<Option<EventId>>,
}

impl WrongOutbox {
    pub fn new(world: &Arc<World>, plant: Plant) -> Self {
        Self { world: Arc::clone(world), plant, last: Mutex::default() }
    }
}

#[async_trait]
impl Outbox for WrongOutbox {
    async fn claim(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Event>> {
        let store = &self.world.stores.box_office;
        match self.plant {
            Plant::OutboxById => {
                let mut last = lock(&self.last);
                let behind = |event: &Event| last.is_none_or(|last| event.id > last);
                let mut due: Vec<Event> = store.inspect(|stock| {
                    stock.outbox.iter().map(|waiting| waiting.event).filter(behind).collect()
                });
                due.sort_by_key(|event| event.id);
                due.truncate(limit);
                *last = due.last().map(|event| event.id).or(*last);
                Ok(due)
            }
            Plant::MarkedBeforeDelivery => {
                let claimed = store.claim(lease_seconds, limit).await?;
                store.inspect(|stock| stock.outbox.retain(|waiting| !claimed.contains(&waiting.event)));
                Ok(claimed)
            }
            Plant::ClaimsNeverLapse => {
                let claimed = store.claim(lease_seconds, limit).await?;
                let never = self.world.executor.now().date() + TimeDelta::days(365);
                store.inspect(|stock| {
                    for waiting in stock.outbox.iter_mut().filter(|waiting| claimed.contains(&waiting.event))
                    {
                        waiting.claimed_until = Some(never);
                    }
                });
                Ok(claimed)
            }
            _ => store.claim(lease_seconds, limit).await,
        }
    }

    async fn is_waiting(&self, event: EventId) -> anyhow::Result<bool> {
        match self.plant {
            Plant::YieldsWithoutLooking => Ok(true),
            _ => self.world.stores.box_office.is_waiting(event).await,
        }
    }

    async fn delivered(&self, event: EventId) -> anyhow::Result<()> {
        self.world.stores.box_office.delivered(event).await
    }
}
