use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use contracts::queue::EntryBody;
use domain::queue::Waiting;
use domain::shared::QueueId;
use service_kit::auth::{AccessUser, QueueToken, bearer};
use service_kit::http::{FastPath, IdInPath};
use service_kit::{Problem, detached};
use tokio::sync::Notify;
use uuid::Uuid;

use super::issuer::Issuer;
use super::problem;

/// Gives the caller a place at the end of the line, or the live one they have already.
#[utoipa::path(
    tag = "waiting room",
    operation_id = "joinQueue",
    security(("accessToken" = [])),
    params(("queueId" = Uuid, Path)),
    responses(
        (status = 200, description = "The place the caller has already", body = EntryBody),
        (status = 201, description = "A new place", body = EntryBody),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`not_admitted`: this takes an access token"),
        (status = 404, description = "`not_found`: no such queue"),
        (status = 409, description = "`queue_paused`, `sale_closed`"),
    )
)]
#[post("/v1/queues/{queueId}/entries")]
pub async fn join(
    path: Path<Uuid>,
    caller: AccessUser,
    waiting: Data<Waiting>,
    issuer: Data<Issuer>,
    slots: Data<Notify>,
) -> Result<HttpResponse, Problem> {
    let queue = QueueId(*path);
    let command = async move {
        let joined = waiting.join(queue, caller.user_id).await;
        slots.notify_one();
        joined
    };
    let joined = detached(command).await?.map_err(problem::of_join)?;
    let status = if joined.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let token = issuer.queue_token(joined.standing.entry.id);
    Ok(HttpResponse::build(status).json(issuer.body(&joined.standing, token)?))
}

/// Where the caller stands; once admitted, with the pass.
#[utoipa::path(
    tag = "waiting room",
    operation_id = "showEntry",
    security(("queueToken" = [])),
    params(("queueId" = Uuid, Path)),
    responses(
        (status = 200, body = EntryBody),
        (status = 401, description = "`unauthenticated`; `pass_expired` with `entryStatus`: the place has ended"),
        (status = 403, description = "`not_admitted`: this takes a queue token"),
        (status = 404, description = "`not_found`: the token's place is in another queue"),
        (status = 429, description = "`too_many_requests`: in less than half of `pollAfterMs`"),
    )
)]
#[get("/v1/queues/{queueId}/entries/me")]
pub async fn show(
    request: HttpRequest,
    path: Path<Uuid>,
    token: QueueToken,
    waiting: Data<Waiting>,
    issuer: Data<Issuer>,
) -> Result<Json<EntryBody>, Problem> {
    answer_poll(&request, QueueId(*path), token, &waiting, &issuer).await
}

/// Where [`show`] is.
pub const POLLED: FastPath = FastPath::new("/v1/queues/", "/entries/me");

/// [`show`], for nearly everybody.
pub async fn poll(
    request: HttpRequest,
    IdInPath(queue): IdInPath<3>,
    token: QueueToken,
    waiting: Data<Waiting>,
    issuer: Data<Issuer>,
) -> Result<Json<EntryBody>, Problem> {
    answer_poll(&request, QueueId(queue), token, &waiting, &issuer).await
}

async fn answer_poll(
    request: &HttpRequest,
    queue: QueueId,
    QueueToken(entry): QueueToken,
    waiting: &Waiting,
    issuer: &Issuer,
) -> Result<Json<EntryBody>, Problem> {
    let standing = waiting.poll(queue, entry).await.map_err(problem::of_poll)?;
    Ok(Json(issuer.body(&standing, bearer(request)?.to_owned())?))
}

/// Gives up the place, or the slot inside.
#[utoipa::path(
    tag = "waiting room",
    operation_id = "leaveQueue",
    security(("queueToken" = [])),
    params(("queueId" = Uuid, Path)),
    responses(
        (status = 204),
        (status = 401, description = "`unauthenticated`; `pass_expired` with `entryStatus`: the place has ended"),
        (status = 403, description = "`not_admitted`: this takes a queue token"),
        (status = 404, description = "`not_found`: the token's place is in another queue"),
    )
)]
#[delete("/v1/queues/{queueId}/entries/me")]
pub async fn leave(
    path: Path<Uuid>,
    token: QueueToken,
    waiting: Data<Waiting>,
    slots: Data<Notify>,
) -> Result<HttpResponse, Problem> {
    let (queue, QueueToken(entry)) = (QueueId(*path), token);
    let command = async move {
        let left = waiting.leave(queue, entry).await;
        slots.notify_one();
        left
    };
    detached(command).await?.map_err(problem::of_entry)?;
    Ok(HttpResponse::NoContent().finish())
}
