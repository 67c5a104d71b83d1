use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use domain::shared::{IdGenerator, Unavailable};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service_kit::Context;
use service_kit::auth::ServiceCredential;
use service_kit::{request_id, telemetry};
use tower::retry::budget::{Budget, TpsBudget};

/// Another service and how to call it.
#[derive(Clone)]
pub struct Peer {
    name: &'static str,
    base: String,
    client: Client,
    credential: ServiceCredential,
    ids: Arc<dyn IdGenerator>,
    attempts: u32,
    /// Of one attempt; the client keeps it.
    deadline: Duration,
    budget: Arc<TpsBudget>,
}

/// Why a call has no answer that can be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PeerError {
    /// No attempt got a connection, or none was made: the peer has certainly not seen the call.
    #[error("{0} cannot be connected to")]
    NeverSent(&'static str),
    /// The call may or may not have been carried out.
    #[error("{0} gave no answer: {1}")]
    Unknown(&'static str, String),
    /// It was refused, and would be again.
    #[error("{peer} answered {status}: {body}")]
    Refused { peer: &'static str, status: StatusCode, body: String },
}

impl PeerError {
    /// As an error of a port: marked as [`Unavailable`] unless the peer did answer.
    pub fn marked(self) -> anyhow::Error {
        match &self {
            Self::NeverSent(peer) | Self::Unknown(peer, _) => {
                let out_of_reach = Unavailable(peer);
                anyhow::Error::new(self).context(out_of_reach)
            }
            Self::Refused { .. } => anyhow::Error::new(self),
        }
    }
}

/// Between two attempts; doubled each time.
const PAUSE: Duration = Duration::from_millis(50);

/// Second attempts are a fifth of the first ones within any ten seconds, so that a peer which is down or drowning is
/// asked 1.2 times as often as it would be anyway, and not twice; and one a second, so that a quiet service has any.
const BUDGET_WINDOW: Duration = Duration::from_secs(10);
const RETRIES_PER_SECOND: u32 = 1;
const RETRIES_PER_CALL: f32 = 0.2;

impl Peer {
    /// The peer at `base` (as in `http://127.0.0.1:8081`), called with the context's client and credential.
    pub fn new<S>(name: &'static str, base: &str, context: &Context<S>) -> Self {
        Self {
            name,
            base: base.trim_end_matches('/').to_owned(),
            client: context.http.clone(),
            credential: context.credential.clone(),
            ids: Arc::clone(&context.ids),
            attempts: context.settings.shared.peers.attempts.max(1),
            deadline: Duration::from_millis(context.settings.shared.peers.deadline_ms),
            budget: Arc::new(TpsBudget::new(BUDGET_WINDOW, RETRIES_PER_SECOND, RETRIES_PER_CALL)),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn ids(&self) -> Arc<dyn IdGenerator> {
        Arc::clone(&self.ids)
    }

    /// How long a call takes at most: all its attempts, and the pauses between them.
    pub(crate) fn patience(&self) -> Duration {
        let pauses = 2_u32.saturating_pow(self.attempts - 1) - 1;
        self.deadline.saturating_mul(self.attempts).saturating_add(PAUSE.saturating_mul(pauses))
    }

    pub async fn get<A: DeserializeOwned>(&self, path: &str) -> Result<A, PeerError> {
        self.decode(self.call(Method::GET, path, None::<&()>).await?).await
    }

    /// A `PUT` whose answer says nothing but that it was done.
    pub async fn put_only<B: Serialize + Sync>(&self, path: &str, body: &B) -> Result<(), PeerError> {
        self.call(Method::PUT, path, Some(body)).await.map(drop)
    }

    pub async fn post<A: DeserializeOwned>(&self, path: &str) -> Result<A, PeerError> {
        self.decode(self.call(Method::POST, path, None::<&()>).await?).await
    }

    /// A `POST` with a body.
    pub async fn post_body<B: Serialize + Sync, A: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<A, PeerError> {
        self.decode(self.call(Method::POST, path, Some(body)).await?).await
    }

    /// Every call of ours carries the ids of what it does in path or body, and does the same thing once, so it may be
    /// repeated.
    async fn call<B: Serialize + Sync>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> Result<Response, PeerError> {
        let mut pause = PAUSE;
        let mut reached = false;
        self.budget.deposit();
        for attempt in 1_u32.. {
            let outcome = telemetry::send(self.request(method.clone(), path, body), attempt - 1).await;
            let failure = match outcome {
                Ok(response) if response.status().is_server_error() => {
                    reached = true;
                    format!("status {}", response.status().as_u16())
                }
                Ok(response) => return self.accept(response).await,
                Err(error) => {
                    reached |= !error.is_connect();
                    format!("{:#}", anyhow!(error.without_url()))
                }
            };
            if attempt >= self.attempts || !self.budget.withdraw() {
                return Err(if reached {
                    PeerError::Unknown(self.name, failure)
                } else {
                    PeerError::NeverSent(self.name)
                });
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(PeerError::NeverSent(self.name))
    }

    fn request<B: Serialize>(&self, method: Method, path: &str, body: Option<&B>) -> RequestBuilder {
        let request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, self.credential.header_value())
            .header(request_id::HEADER, request_id::current());
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    async fn accept(&self, response: Response) -> Result<Response, PeerError> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.text().await.unwrap_or_default();
        Err(PeerError::Refused { peer: self.name, status, body })
    }

    async fn decode<A: DeserializeOwned>(&self, response: Response) -> Result<A, PeerError> {
        response
            .json()
            .await
            .map_err(|error| PeerError::Unknown(self.name, format!("{:#}", anyhow!(error.without_url()))))
    }
}

#[cfg(test)]
mod tests;
