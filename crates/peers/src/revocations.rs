use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use contracts::internal::queue::RevocationsBody;
use domain::shared::{Clock, EntryId};
use service_kit::Context;
use service_kit::auth::{Authenticator, RevokedPasses};
use service_kit::jobs::Job;

use crate::peer::{Peer, PeerError};

/// Contract: a pass that has ended is refused everywhere within a second. Two polls fit into it.
const INTERVAL: Duration = Duration::from_millis(400);

/// Follows the passes that have ended before their time, and the queue's clock by which passes expire.
#[derive(Clone)]
pub struct Revocations {
    queue: Peer,
    revoked: Arc<RevokedPasses>,
    clock: Arc<dyn Clock>,
    seen: Arc<AtomicI64>,
}

impl Revocations {
    pub fn new<S>(context: &Context<S>, authenticator: &Authenticator) -> Self {
        Self {
            queue: Peer::new("queue-service", &context.settings.shared.peers.queue, context),
            revoked: Arc::clone(&authenticator.revoked),
            clock: Arc::clone(&context.clock),
            seen: Arc::default(),
        }
    }

    /// While the queue is out of reach the passes known stay revoked, and no new ones end: who would end them?
    pub fn job(&self) -> Job {
        let this = self.clone();
        Job::new("follow revoked passes", INTERVAL, move || {
            let this = this.clone();
            async move { this.follow().await }
        })
    }

    async fn follow(&self) -> anyhow::Result<usize> {
        let seen = self.seen.load(Ordering::Acquire);
        let asked_at = self.clock.now();
        let path = format!("/internal/v1/passes/revoked?after={seen}");
        let news: RevocationsBody = self.queue.get(&path).await.map_err(PeerError::marked)?;
        let answered_at = self.clock.now();
        // The queue read its clock somewhere between the two; the middle is at most half the round trip off.
        self.revoked.observe_remote_now(news.now, asked_at + (answered_at - asked_at) / 2);
        for pass in &news.revoked {
            self.revoked.revoke(EntryId(pass.pass_id), pass.expires_at);
        }
        self.revoked.forget_before(news.now);
        self.seen.store(news.version, Ordering::Release);
        Ok(news.revoked.len())
    }
}
