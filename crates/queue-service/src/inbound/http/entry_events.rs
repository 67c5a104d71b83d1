mod stream;

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use contracts::queue::EntryBody;
use domain::queue::Waiting;
use domain::shared::{EntryId, QueueId};
use service_kit::Problem;
use service_kit::auth::{QueueToken, bearer};
use service_kit::streams::{self, OpenStreams, StreamLimits};
use tokio::sync::watch;
use uuid::Uuid;

use self::stream::EntryStream;
use super::issuer::Issuer;
use super::problem;

/// The streams of places that are open, and how often each says that it is.
pub struct EntryStreams {
    open: Arc<OpenStreams<EntryId>>,
    heartbeat: Duration,
}

impl EntryStreams {
    pub fn new(limits: StreamLimits, heartbeat: Duration) -> Self {
        Self { open: Arc::new(OpenStreams::new(limits)), heartbeat }
    }
}

/// Wakes the streams. What has changed each of them looks up for itself, so a burst of changes between two words costs a
/// stream one look, and whoever reads slowly skips what is past.
#[derive(Default)]
pub struct News(watch::Sender<u64>);

impl News {
    /// True where there is something new since the last word.
    pub fn spread(&self, changes: u64) -> bool {
        self.0.send_if_modified(|told| std::mem::replace(told, changes) != changes)
    }
}

/// The caller's place from now on, as server-sent events.
///
/// An event `entry` (its data an `EntryBody`) says where the caller stands, first at once and then when that has changed,
/// at most five times a second; once admitted, with the pass. An open stream is as good as polling: who has one is not
/// absent. When the place ends the last `entry` says how, and after an event `end` with the data
/// `{"code":"pass_expired"}` the stream does too.
#[utoipa::path(
    tag = "waiting room",
    operation_id = "followEntry",
    security(("queueToken" = [])),
    params(("queueId" = Uuid, Path)),
    responses(
        (
            status = 200,
            description = "Events `entry`, comments where nothing changes, and at last an event `end`",
            content_type = "text/event-stream",
            body = EntryBody,
        ),
        (status = 401, description = "`unauthenticated`; `pass_expired` with `entryStatus`: the place has ended"),
        (status = 403, description = "`not_admitted`: this takes a queue token"),
        (status = 404, description = "`not_found`: the token's place is in another queue"),
        (status = 429, description = "`too_many_requests`: as many streams as a place may have are open"),
        (status = 503, description = "`unavailable`: there are streams enough"),
    )
)]
#[get("/v1/queues/{queueId}/entries/me/events")]
pub async fn follow(
    request: HttpRequest,
    path: Path<Uuid>,
    token: QueueToken,
    waiting: Data<Waiting>,
    issuer: Data<Issuer>,
    entry_streams: Data<EntryStreams>,
    news: Data<News>,
) -> Result<HttpResponse, Problem> {
    let QueueToken(entry) = token;
    // Before the first look: nothing that happens after it is missed.
    let news = news.0.subscribe();
    waiting.standing(QueueId(*path), entry).await.map_err(problem::of_entry)?;
    let open = Arc::clone(&entry_streams.open).open(entry)?;
    waiting.touch(entry);
    let token = bearer(&request)?.to_owned();
    let stream = EntryStream::new(waiting, issuer, (entry, token), news, open, entry_streams.heartbeat);
    Ok(streams::answer(&request, stream.into_chunks()))
}

#[cfg(test)]
mod tests;
