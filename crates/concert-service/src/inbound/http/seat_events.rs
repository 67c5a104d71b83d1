mod frame;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use contracts::concert::SeatsEventBody;
use domain::concert::Concerts;
use domain::shared::ScheduleId;
use service_kit::Problem;
use service_kit::auth::Pass;
use service_kit::streams;
use uuid::Uuid;

use self::stream::SeatStream;
use super::live_seats::LiveSeats;
use super::problem;

pub use frame::Frame;

/// Streams of seats, by the pass that each was opened with.
pub type OpenStreams = streams::OpenStreams<Pass>;

/// Silence after which a stream says that it is still there.
#[derive(Clone, Copy)]
pub struct Heartbeat(pub Duration);

/// The seats of a performance from now on, as server-sent events.
///
/// An event `seats` (its data a `SeatsEventBody`, its `id` the version) says which seats have changed. Whoever comes
/// with a `Last-Event-ID`, be it from an earlier stream or the `version` of a seat map, is told what they missed. Where
/// that is not known any more, where the id is of another process, and where there is no id, the first event is a
/// snapshot: `snapshot` is true and `changes` names every seat. The same happens to a reader who falls behind. When the
/// pass ends, the stream does too, after an event `end` with the data `{"code":"pass_expired"}`.
#[utoipa::path(
    operation_id = "followSeats",
    security(("pass" = [])),
    tag = "seats",
    params(("scheduleId" = Uuid, Path), ("Last-Event-ID" = Option<String>, Header)),
    responses(
        (
            status = 200,
            description = "Events `seats`, comments where nothing changes, and at last an event `end`",
            content_type = "text/event-stream",
            body = SeatsEventBody,
        ),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: no pass, or one for another queue"),
        (status = 404, description = "`not_found`"),
        (status = 429, description = "`too_many_requests`: as many streams as a fan may have are open"),
        (status = 503, description = "`unavailable`: the inventory is out of reach, or there are streams enough"),
    )
)]
#[get("/v1/schedules/{scheduleId}/seats/events")]
pub async fn follow(
    request: HttpRequest,
    path: Path<Uuid>,
    pass: Pass,
    concerts: Data<Concerts>,
    live: Data<LiveSeats>,
    open: Data<OpenStreams>,
    heartbeat: Data<Heartbeat>,
) -> Result<HttpResponse, Problem> {
    let schedule = concerts.schedule(ScheduleId(*path), pass.queue_id).await.map_err(problem::of_concert)?;
    let open = Arc::clone(&open).open(pass)?;
    let published = live.follow(schedule.id).await.map_err(|error| Problem::unexpected(&error))?;
    let stream = SeatStream::new(published, last_event_id(&request), open, heartbeat.0);
    Ok(streams::answer(&request, stream.into_chunks()))
}

/// An id that is none of ours is as good as none: the answer is a snapshot.
fn last_event_id(request: &HttpRequest) -> Option<i64> {
    request.headers().get("last-event-id")?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests;
