//! One id per request, taken from the caller or made here, in every log line, problem and onward call.

use std::future::Future;

use tracing::Instrument;

use crate::problem::Problem;

/// The header that carries the id in and out.
pub const HEADER: &str = "x-request-id";

/// Longer ids, or ids with anything but these characters, are replaced: they go into logs.
const MAX_LENGTH: usize = 128;

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request being served, or an empty string outside of one (a job, a test).
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Runs `work` under the id `id`.
pub async fn scope<F: Future>(id: String, work: F) -> F::Output {
    CURRENT.scope(id, work).await
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
    let task = tokio::spawn(scope(current(), work).in_current_span());
    task.await.map_err(|panic| Problem::unexpected(&panic.into()))
}
