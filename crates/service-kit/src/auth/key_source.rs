//! Where the keys come from that tokens are verified with: given once, or followed at a JWKS URL.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context, anyhow};
use chrono::{DateTime, TimeDelta, Utc};
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

/// How old a document may be before it is read again, so that a key which was withdrawn is forgotten: as long as our own
/// issuers let anybody keep theirs (`Cache-Control`).
const READ_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Before the first document.
const NEVER: i64 = i64::MIN;

/// Finds the key that a token names.
///
/// Reading a known key takes one uncontended read lock. A rotation brings a key id that is not known yet, and that
/// brings the new document; a key that was withdrawn is missed by nobody, so the document is read again by the clock, too.
/// While the issuer is down the keys known so far stay in use.
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
    /// When the document is to be read again, in milliseconds of the time by which tokens are judged.
    read_again_at: AtomicI64,
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
            read_again_at: AtomicI64::new(NEVER),
            fetches_ended: AtomicU64::new(0),
            last: Mutex::default(),
        };
        Self(Arc::new(Source { keys: RwLock::new(None), followed: Some(followed) }))
    }

    /// Has the document read again where it is too old at `now`, which nobody waits for: whoever asks meanwhile is judged
    /// by the keys that are known.
    pub(super) fn keep_fresh(&self, now: DateTime<Utc>) {
        if !self.0.followed.as_ref().is_some_and(|followed| followed.is_due(now)) || !self.0.has_keys() {
            return;
        }
        let source = Arc::clone(&self.0);
        tokio::spawn(async move {
            if let Some(followed) = &source.followed {
                followed.read_again(&source.keys).await;
            }
        });
    }

    /// Whether `key` is still what the issuer publishes as `kid`, as far as is known.
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
    fn has_keys(&self) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn known(&self, kid: &str) -> Option<Arc<VerificationKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.get(kid).cloned()
    }
}

impl Followed {
    /// Whether it is time to read the document again: for one of those who ask, and then for nobody until it is time
    /// once more, also where nothing came of it. A clock that was set back does not put it off for long.
    fn is_due(&self, now: DateTime<Utc>) -> bool {
        let next = |from: i64| from.saturating_add(READ_AGAIN_AFTER.num_milliseconds());
        let (now, due) = (now.timestamp_millis(), self.read_again_at.load(Ordering::Relaxed));
        // Of two who ask at once one may have read the clock a moment before the other.
        if now < due && due <= next(next(now)) {
            return false;
        }
        let next = next(now);
        self.read_again_at.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Reads the document although no key is missing. That the issuer is out of reach is said once.
    async fn read_again(&self, keys: &RwLock<Option<VerificationKeys>>) {
        let mut last = self.last.lock().await;
        let failed_before = last.failure.is_some();
        self.read(keys, &mut last).await;
        if let (Some(error), false) = (&last.failure, failed_before) {
            tracing::warn!(
                keys = self.name,
                error,
                "verification keys are not brought up to date: those known stay in use"
            );
        }
    }

    /// Fetches the document, unless somebody did since `seen` was read or the last time is too recent.
    async fn refresh(&self, keys: &RwLock<Option<VerificationKeys>>, seen: u64) -> anyhow::Result<()> {
        let mut last = self.last.lock().await;
        let has_keys = keys.read().unwrap_or_else(PoisonError::into_inner).is_some();
        let too_soon = last.refetched_at.is_some_and(|at| at.elapsed() < self.refetch_interval);
        if self.fetches_ended.load(Ordering::Acquire) == seen && !too_soon {
            if has_keys {
                last.refetched_at = Some(Instant::now());
            }
            self.read(keys, &mut last).await;
        }
        match &last.failure {
            Some(failure) => Err(anyhow!(failure.clone()).context(Unavailable(self.name))),
            None => Ok(()),
        }
    }

    async fn read(&self, keys: &RwLock<Option<VerificationKeys>>, last: &mut LastFetch) {
        last.failure = match self.fetch().await {
            Ok(fetched) => {
                let count = fetched.len();
                let mut keys = keys.write().unwrap_or_else(PoisonError::into_inner);
                if verification_keys::replace(&mut keys, fetched) {
                    tracing::info!(keys = self.name, count, "new verification keys");
                }
                None
            }
            Err(error) => Some(format!("{error:#}")),
        };
        self.fetches_ended.fetch_add(1, Ordering::Release);
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
#[cfg(test)]
mod withdrawn_keys;
