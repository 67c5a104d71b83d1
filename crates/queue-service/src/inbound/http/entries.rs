use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use contracts::queue::{EntryBody, EntryStatus};
use domain::queue::Waiting;
use domain::shared::QueueId;
use service_kit::auth::{AccessUser, QueueToken};
use service_kit::{Problem, detached};
use tokio::sync::Notify;
use uuid::Uuid;

use super::issuer::Issuer;
use super::poll_budget::PollBudget;
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
    Ok(HttpResponse::build(status).json(issuer.body(&joined.standing)?))
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
    path: Path<Uuid>,
    token: QueueToken,
    waiting: Data<Waiting>,
    issuer: Data<Issuer>,
    budget: Data<PollBudget>,
) -> Result<Json<EntryBody>, Problem> {
    let QueueToken(entry) = token;
    budget.take(entry, Instant::now()).map_err(problem::of_poll)?;
    let standing = waiting.standing(QueueId(*path), entry).await.map_err(problem::of_entry);
    let answer = standing.and_then(|standing| issuer.body(&standing));
    match &answer {
        Ok(body) if body.status == EntryStatus::Waiting => {
            budget.told(entry, body.poll_after_ms, Instant::now());
        }
        Ok(body) if body.status == EntryStatus::Admitted => budget.inside(entry, Instant::now()),
        Ok(_) | Err(_) => budget.forgive(entry),
    }
    answer.map(Json)
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
