use std::sync::Arc;

use async_trait::async_trait;
use domain::reservation::Passes;
use domain::shared::EntryId;

use super::Peer;
use crate::faults::Step;
use crate::services::QueueApp;

const QUEUE: &str = "queue-service";

/// queue-service, as whoever has used a pass up sees it.
pub struct PassesPeer(pub Peer);

#[async_trait]
impl Passes for PassesPeer {
    async fn finish(&self, pass: EntryId) -> anyhow::Result<()> {
        let finish = move |queue: Arc<QueueApp>| async move { queue.finish(pass).await };
        self.0.ask(Step::AskFinish, finish).await.map(drop).map_err(|unanswered| unanswered.error(QUEUE))
    }

    async fn yield_slot(&self, pass: EntryId) -> anyhow::Result<()> {
        let now = self.0.world.executor.now().date();
        self.0.world.watch().yield_sent.insert(pass, now);
        let yield_slot = move |queue: Arc<QueueApp>| async move { queue.yield_slot(pass).await };
        self.0.ask(Step::AskYield, yield_slot).await.map(drop).map_err(|unanswered| unanswered.error(QUEUE))
    }
}
