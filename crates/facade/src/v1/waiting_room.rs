use std::time::Duration;

use actix_web::http::StatusCode;
use contracts::queue::EntryBody;
use reqwest::Method;
use service_kit::auth::looks_like_queue_token;
use tokio::time::sleep;

use super::{Refusal, V1};

/// How long a poll that came too early is kept, so that a client which knows nothing of `pollAfterMs` need not know.
const LONGEST_KEEP_SECONDS: u64 = 2;

impl V1 {
    /// A place in the main queue, or the one that the bearer of the access token has already.
    pub async fn join(&self, access_token: &str) -> Result<EntryBody, Refusal> {
        let path = format!("/v1/queues/{}/entries", self.main_queue);
        self.answer(self.request(Method::POST, &self.peers.queue, &path).bearer_auth(access_token)).await
    }

    /// Where the bearer of the queue token stands.
    pub async fn standing(&self, queue_token: &str) -> Result<EntryBody, Refusal> {
        let path = format!("/v1/queues/{}/entries/me", self.main_queue);
        self.answer(self.request(Method::GET, &self.peers.queue, &path).bearer_auth(queue_token)).await
    }

    /// The same for a client who polls at a pace of its own.
    pub async fn poll(&self, queue_token: &str) -> Result<EntryBody, Refusal> {
        let early = match self.standing(queue_token).await {
            Err(refusal) if refusal.status == StatusCode::TOO_MANY_REQUESTS => refusal,
            answer => return answer,
        };
        let seconds = early.retry_after.as_deref().and_then(|text| text.parse().ok());
        match seconds.filter(|seconds| *seconds <= LONGEST_KEEP_SECONDS) {
            Some(seconds) => {
                sleep(Duration::from_secs(seconds)).await;
                self.standing(queue_token).await
            }
            None => Err(early),
        }
    }

    /// What proves to v1 who the bearer of `token` is: the pass behind a queue token, and any other token as it is,
    /// of which v1 says what it is good for.
    pub async fn identity(&self, token: &str) -> Result<String, Refusal> {
        if looks_like_queue_token(token) { self.pass(token).await } else { Ok(token.to_owned()) }
    }

    /// What opens the sale: the pass behind a queue token, which is the one token that the documents know there.
    pub async fn pass(&self, token: &str) -> Result<String, Refusal> {
        if !looks_like_queue_token(token) {
            return Err(Refusal::no_credential());
        }
        match self.poll(token).await {
            Ok(entry) => entry.pass.ok_or_else(Refusal::not_admitted),
            // Only who waits is told to ask so much later.
            Err(refusal) if refusal.status == StatusCode::TOO_MANY_REQUESTS => Err(Refusal::not_admitted()),
            Err(refusal) => Err(refusal),
        }
    }
}
