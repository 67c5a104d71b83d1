//! One id per request, taken from the caller or made here, in every log line, problem and onward call.

use std::future::Future;

use actix_web::http::{Method, Uri};
use opentelemetry::trace::TraceId;
use tracing::Instrument;

use crate::problem::Problem;

/// The header that carries the id in and out.
pub const HEADER: &str = "x-request-id";

/// Longer ids, or ids with anything but these characters, are replaced: they go into logs.
const MAX_LENGTH: usize = 128;

tokio::task_local! {
    static CURRENT: Current;
}

#[derive(Clone, Default)]
struct Current {
    id: String,
    /// None outside of a request.
    asked: Option<Asked>,
    /// None outside of a job.
    job: Option<&'static str>,
}

/// What a request asks for.
#[derive(Clone)]
pub(crate) struct Asked {
    pub method: Method,
    pub uri: Uri,
    /// The trace it belongs to, where there are traces.
    pub trace: Option<TraceId>,
}

/// The id of the request being served or of the job at work, or an empty string outside of both.
pub fn current() -> String {
    CURRENT.try_with(|current| current.id.clone()).unwrap_or_default()
}

/// As in `GET /v1/concerts`, of the request being served, or an empty string outside of one. Never its query.
pub fn asked() -> String {
    let line = |asked: &Asked| format!("{} {}", asked.method, asked.uri.path());
    CURRENT.try_with(|current| current.asked.as_ref().map(line)).ok().flatten().unwrap_or_default()
}

/// The trace that the request being served belongs to.
pub(crate) fn trace() -> Option<TraceId> {
    CURRENT.try_with(|current| current.asked.as_ref()?.trace).ok().flatten()
}

/// The job at work.
pub(crate) fn job() -> Option<&'static str> {
    CURRENT.try_with(|current| current.job).ok().flatten()
}

/// Runs `work` under the id `id`.
pub async fn scope<F: Future>(id: String, work: F) -> F::Output {
    CURRENT.scope(Current { id, ..Current::default() }, work).await
}

/// Runs `work` as one run of a job, which calls others and logs under an id as a request does.
pub(crate) async fn scope_job<F: Future>(id: String, job: &'static str, work: F) -> F::Output {
    CURRENT.scope(Current { id, job: Some(job), asked: None }, work).await
}

/// Runs `work` as the answer to a request.
pub(crate) async fn scope_asked<F: Future>(id: String, asked: Asked, work: F) -> F::Output {
    CURRENT.scope(Current { id, asked: Some(asked), job: None }, work).await
}

/// Whether a caller's id may be used as it is.
pub fn acceptable(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= MAX_LENGTH
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
}

/// Runs a command to its end even when the client hangs up.
///
/// actix drops a handler's future within a millisecond of a reset connection, while a COMMIT that is
/// under way commits anyway; so what moves seats or money runs in a task of its own, under the same
/// request id and span. An error is a panic in there.
pub async fn detached<F>(work: F) -> Result<F::Output, Problem>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let current = CURRENT.try_with(Clone::clone).unwrap_or_default();
    let task = tokio::spawn(CURRENT.scope(current, work).in_current_span());
    task.await.map_err(|panic| Problem::unexpected(&panic.into()))
}
