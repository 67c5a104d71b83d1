use async_trait::async_trait;
use domain::reservation::Passes;
use domain::shared::EntryId;

use crate::peer::{Peer, PeerError};

/// queue-service, as whoever has used a pass up sees it.
pub struct HttpPasses {
    queue: Peer,
}

impl HttpPasses {
    pub fn new(queue: Peer) -> Self {
        Self { queue }
    }
}

#[async_trait]
impl Passes for HttpPasses {
    async fn finish(&self, pass: EntryId) -> anyhow::Result<()> {
        self.queue.post_only(&format!("/internal/v1/passes/{pass}/finish")).await.map_err(PeerError::marked)
    }

    async fn yield_slot(&self, pass: EntryId) -> anyhow::Result<()> {
        self.queue.post_only(&format!("/internal/v1/passes/{pass}/yield")).await.map_err(PeerError::marked)
    }
}
