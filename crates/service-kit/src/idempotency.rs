//! `Idempotency-Key`: the same key and body, the same answer and one effect; another body is refused.
//!
//! A key is tied to the id of what its command makes. A command that died half way is run again under that id, and
//! every command is a no-op under an id that it has been done for: so even a crash between effect and answer leaves
//! one effect.

mod memory;
mod postgres;
mod record;

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use async_trait::async_trait;
use aws_lc_rs::digest;
use domain::shared::{IdGenerator, UserId};
use serde::Serialize;
use uuid::Uuid;

use crate::answer::Answer;
use crate::detached;
use crate::jobs::Job;
use crate::problem::Problem;

pub use memory::MemoryKeys;
pub use postgres::PostgresKeys;
pub use record::{Claim, Claimed, KEPT_HOURS, LEASE_SECONDS, Record};

/// The header's name.
const HEADER: &str = "idempotency-key";
/// A UUID or a hash is far shorter.
const MAX_LENGTH: usize = 255;

/// A key as one user gave it: the same word from two users is two keys.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Key {
    pub user: UserId,
    pub word: String,
}

/// SHA-256 of method, path and body.
pub type Fingerprint = [u8; 32];

/// Where keys and their answers are kept for 24 h.
#[async_trait]
pub trait Keys: Send + Sync {
    /// Claims a key for a command; `fresh` becomes the id of what it makes, if the key is a new one.
    async fn claim(&self, key: &Key, fingerprint: Fingerprint, fresh: Uuid) -> anyhow::Result<Claim>;

    /// What is kept of a key, without claiming it.
    async fn recorded(&self, key: &Key) -> anyhow::Result<Option<Record>>;

    /// Keeps the answer for every repetition, unless another driver of the same command was faster. The answer that is
    /// kept is the one to give.
    async fn complete(&self, key: &Key, claimed: Claimed, answer: Answer) -> anyhow::Result<Answer>;

    /// The command failed on our side: the next with this key runs it again, under the same id. A claim that has passed
    /// to somebody else is theirs.
    async fn release(&self, key: &Key, claimed: Claimed) -> anyhow::Result<()>;

    /// Forgets keys past their time; returns how many.
    async fn forget_old(&self) -> anyhow::Result<usize>;
}

/// Runs commands under their caller's key, each to its end even when the caller hangs up.
///
/// `Owner` is the service whose store keeps the keys: where several services are served from one origin, each
/// finds its own.
pub struct Idempotency<Owner> {
    keys: Arc<dyn Keys>,
    ids: Arc<dyn IdGenerator>,
    owner: PhantomData<fn() -> Owner>,
}

impl<Owner> Idempotency<Owner> {
    pub fn new(keys: Arc<dyn Keys>, ids: Arc<dyn IdGenerator>) -> Self {
        Self { keys, ids, owner: PhantomData }
    }
}

impl<Owner> Idempotency<Owner> {
    /// Forgets keys past their time.
    pub fn job(&self) -> Job {
        let keys = Arc::clone(&self.keys);
        // A key is of no use after a day; a sixth of an hour more is of no matter.
        Job::new("forget old idempotency keys", Duration::from_mins(10), move || {
            let keys = Arc::clone(&keys);
            async move { keys.forget_old().await }
        })
    }
}

impl<Owner> Clone for Idempotency<Owner> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.keys), Arc::clone(&self.ids))
    }
}

impl<Owner: 'static> Idempotency<Owner> {
    /// Runs `command` with the id of what it is to make, once per key.
    pub async fn run<T, F, Fut>(
        &self,
        request: &HttpRequest,
        user: UserId,
        body: &T,
        command: F,
    ) -> Result<HttpResponse, Problem>
    where
        T: Serialize,
        F: FnOnce(Uuid) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let fresh = self.ids.next();
        let answer = match key(request)? {
            None => detached(command(fresh)).await??,
            Some(word) => {
                let fingerprint = fingerprint(request, body)?;
                let (this, key) = (self.clone(), Key { user, word });
                let whole = async move { this.run_once(key, fingerprint, fresh, command).await };
                detached(whole).await??
            }
        };
        Ok(answer.into())
    }

    /// Whether the very same request was begun before, answered or not; nothing is run.
    pub async fn knows<T: Serialize>(
        &self,
        request: &HttpRequest,
        user: UserId,
        body: &T,
    ) -> Result<bool, Problem> {
        let Some(word) = key(request)? else { return Ok(false) };
        let fingerprint = fingerprint(request, body)?;
        let recorded =
            self.keys.recorded(&Key { user, word }).await.map_err(|error| Problem::unexpected(&error))?;
        Ok(recorded.is_some_and(|record| record.fingerprint == fingerprint))
    }

    async fn run_once<F, Fut>(
        &self,
        key: Key,
        fingerprint: Fingerprint,
        fresh: Uuid,
        command: F,
    ) -> Result<Answer, Problem>
    where
        F: FnOnce(Uuid) -> Fut,
        Fut: Future<Output = Result<Answer, Problem>>,
    {
        let claim =
            self.keys.claim(&key, fingerprint, fresh).await.map_err(|error| Problem::unexpected(&error))?;
        let claimed = match claim {
            Claim::Run(claimed) => claimed,
            Claim::Replay(answer) => return Ok(answer),
            Claim::InFlight => {
                return Err(Problem::new(
                    StatusCode::CONFLICT,
                    "idempotency_key_in_flight",
                    "The first request with this Idempotency-Key is still being answered",
                )
                .retry_after(1));
            }
            Claim::OtherRequest => {
                return Err(Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "idempotency_key_reused",
                    "This Idempotency-Key was used for another request",
                ));
            }
        };
        let outcome = command(claimed.id).await;
        let answer = match &outcome {
            // Our own failure is no answer to keep: the next with this key runs the command again.
            Err(problem) if problem.status_code().is_server_error() => {
                self.keys.release(&key, claimed).await.unwrap_or_else(|error| not_kept(&error));
                return outcome;
            }
            Ok(answer) => answer.clone(),
            Err(problem) => Answer::from(problem),
        };
        match self.keys.complete(&key, claimed, answer.clone()).await {
            Ok(kept) if kept != answer => return Ok(kept),
            Ok(_ours) => {}
            Err(error) => not_kept(&error),
        }
        outcome
    }
}

/// The key's own text, if one was sent.
pub fn key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get(HEADER) else { return Ok(None) };
    let word = value.to_str().unwrap_or_default().trim();
    if word.is_empty() || word.len() > MAX_LENGTH {
        return Err(Problem::invalid_request([(
            "Idempotency-Key",
            "must have 1 to 255 visible ASCII characters",
        )]));
    }
    Ok(Some(word.to_owned()))
}

/// The effect stands and the answer is true; a repetition runs again under the same id.
fn not_kept(error: &anyhow::Error) {
    tracing::warn!(error = format!("{error:#}"), "an Idempotency-Key's answer could not be kept");
}

fn fingerprint<T: Serialize>(request: &HttpRequest, body: &T) -> Result<Fingerprint, Problem> {
    let body = serde_json::to_vec(body).map_err(|error| Problem::unexpected(&error.into()))?;
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in [request.method().as_str().as_bytes(), request.path().as_bytes(), &body] {
        hash.update(part);
        hash.update(&[0]);
    }
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(hash.finish().as_ref());
    Ok(fingerprint)
}
