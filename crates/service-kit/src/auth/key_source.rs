//! Where the keys come from that tokens are verified with: given once, or followed at a JWKS URL.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context, anyhow};
use domain::shared::Unavailable;
use reqwest::header::AUTHORIZATION;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::keys::Jwks;
use super::service_credential::ServiceCredential;
use super::verification_keys::{self, VerificationKey, VerificationKeys};
use crate::{request_id, telemetry};

/// A request waits for this, so it must end well within the request's own deadline.
const FETCH_DEADLINE: Duration = Duration::from_secs(2);

/// How often tokens with made-up key ids may make us ask the issuer again.
const REFETCH_INTERVAL: Duration = Duration::from_secs(5);

/// Finds the key that a token names.
///
/// Reading a known key takes one uncontended read lock. A rotation brings a key id that is not known yet, and that
/// brings the new document; while the issuer is down the keys known so far stay in use.
#[derive(Clone)]
pub struct KeySource(Arc<Source>);

struct Source {
    keys: RwLock<Option<VerificationKeys>>,
    followed: Option<Followed>,
}

struct Followed {
    name: &'static str,
    client: reqwest::Client,
    url: String,
    credential: Option<ServiceCredential>,
    refetch_interval: Duration,
    /// How many fetches have ended: who waited for one that ended meanwhile makes do with its result.
    fetches_ended: AtomicU64,
    last: Mutex<LastFetch>,
}

#[derive(Default)]
struct LastFetch {
    refetched_at: Option<Instant>,
    failure: Option<String>,
}

impl KeySource {
    /// Keys that never change while the process runs: a service's own.
    pub fn fixed(jwks: &Jwks) -> anyhow::Result<Self> {
        Self::fixed_document(&serde_json::to_vec(jwks).context("the key set cannot be written as JSON")?)
    }

    pub(super) fn fixed_document(document: &[u8]) -> anyhow::Result<Self> {
        let keys = verification_keys::read(document)?;
        Ok(Self(Arc::new(Source { keys: RwLock::new(Some(keys)), followed: None })))
    }

    /// Follows the JWKS at `url`, from the first token on; `name` is how an error calls the one
    /// who publishes it ("the issuer of passes").
    pub fn follow(
        name: &'static str,
        client: reqwest::Client,
        url: impl Into<String>,
        credential: Option<ServiceCredential>,
    ) -> Self {
        Self::follow_every(REFETCH_INTERVAL, name, client, url.into(), credential)
    }

    pub(super) fn follow_every(
        refetch_interval: Duration,
        name: &'static str,
        client: reqwest::Client,
        url: String,
        credential: Option<ServiceCredential>,
    ) -> Self {
        let followed = Followed {
            name,
            client,
            url,
            credential,
            refetch_interval,
            fetches_ended: AtomicU64::new(0),
            last: Mutex::default(),
        };
        Self(Arc::new(Source { keys: RwLock::new(None), followed: Some(followed) }))
    }

    /// Whether `key` is still what the issuer publishes as `kid`, as far as is known. A document that is fetched anew
    /// brings new keys, even where it says the same.
    pub(super) fn publishes(&self, kid: &str, key: &Arc<VerificationKey>) -> bool {
        self.0.known(kid).is_some_and(|known| Arc::ptr_eq(&known, key))
    }

    /// The key `kid`; `None` where the issuer does not publish it.
    ///
    /// An error marked [`Unavailable`] where the issuer, who alone could tell, is out of reach.
    pub(super) async fn find(&self, kid: &str) -> anyhow::Result<Option<Arc<VerificationKey>>> {
        let Some(followed) = &self.0.followed else {
            return Ok(self.0.known(kid));
        };
        // Read before the look-up: the other way round, a fetch ending in between would be missed.
        let seen = followed.fetches_ended.load(Ordering::Acquire);
        if let Some(key) = self.0.known(kid) {
            return Ok(Some(key));
        }
        let source = Arc::clone(&self.0);
        // In a task of its own: a client that hangs up must not break off the fetch that others wait for.
        let fetch = request_id::detached(async move {
            match &source.followed {
                Some(followed) => followed.refresh(&source.keys, seen).await,
                None => Ok(()),
            }
        });
        fetch.await.map_err(|_| anyhow!("the task that fetches keys broke off"))??;
        Ok(self.0.known(kid))
    }
}

impl Source {
    fn known(&self, kid: &str) -> Option<Arc<VerificationKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.get(kid).cloned()
    }
}

impl Followed {
    /// Fetches the document, unless somebody did since `seen` was read or the last time is too recent.
    async fn refresh(&self, keys: &RwLock<Option<VerificationKeys>>, seen: u64) -> anyhow::Result<()> {
        let mut last = self.last.lock().await;
        let has_keys = keys.read().unwrap_or_else(PoisonError::into_inner).is_some();
        let too_soon = last.refetched_at.is_some_and(|at| at.elapsed() < self.refetch_interval);
        if self.fetches_ended.load(Ordering::Acquire) == seen && !too_soon {
            if has_keys {
                last.refetched_at = Some(Instant::now());
            }
            last.failure = match self.fetch().await {
                Ok(fetched) => {
                    tracing::info!(keys = self.name, count = fetched.len(), "fetched verification keys");
                    *keys.write().unwrap_or_else(PoisonError::into_inner) = Some(fetched);
                    None
                }
                Err(error) => Some(format!("{error:#}")),
            };
            self.fetches_ended.fetch_add(1, Ordering::Release);
        }
        match &last.failure {
            Some(failure) => Err(anyhow!(failure.clone()).context(Unavailable(self.name))),
            None => Ok(()),
        }
    }

    async fn fetch(&self) -> anyhow::Result<VerificationKeys> {
        let mut request = self.client.get(&self.url).timeout(FETCH_DEADLINE);
        if let Some(credential) = &self.credential {
            request = request.header(AUTHORIZATION, credential.header_value());
        }
        let response = telemetry::send(request, 0).await.and_then(reqwest::Response::error_for_status);
        let document = response.with_context(|| format!("could not fetch {}", self.url))?.bytes().await;
        let document = document.with_context(|| format!("could not read {}", self.url))?;
        verification_keys::read(&document).with_context(|| format!("could not use {}", self.url))
    }
}

#[cfg(test)]
mod tests;
