use std::collections::HashSet;

use async_trait::async_trait;
use contracts::internal::queue::{EndedBody, Ending, EndingBody, EndingsBody};
use domain::reservation::Passes;
use domain::shared::EntryId;

use crate::gate::{AsksForAll, Gate};
use crate::peer::{Peer, PeerError};

/// queue-service, as whoever has used a pass up sees it.
pub struct HttpPasses {
    endings: Gate<EndingBody, ()>,
}

impl HttpPasses {
    /// Starts what gathers the endings.
    pub fn new(queue: Peer) -> Self {
        Self { endings: Gate::new("endings", queue, Endings) }
    }

    async fn end(&self, pass: EntryId, ending: Ending) -> anyhow::Result<()> {
        self.endings.ask(EndingBody { pass_id: pass.0, ending }).await.map_err(PeerError::marked)
    }
}

#[async_trait]
impl Passes for HttpPasses {
    async fn finish(&self, pass: EntryId) -> anyhow::Result<()> {
        self.end(pass, Ending::Finished).await
    }

    async fn yield_slot(&self, pass: EntryId) -> anyhow::Result<()> {
        self.end(pass, Ending::SlotYielded).await
    }
}

struct Endings;

#[async_trait]
impl AsksForAll<EndingBody> for Endings {
    type Answer = ();

    async fn ask(&self, queue: &Peer, set: &[EndingBody]) -> Result<Vec<Option<()>>, PeerError> {
        let body = EndingsBody { endings: set.to_vec() };
        let EndedBody { ended } = queue.post_body("/internal/v1/passes/endings", &body).await?;
        let ended: HashSet<_> = ended.into_iter().collect();
        Ok(set.iter().map(|ending| ended.contains(ending).then_some(())).collect())
    }
}
