use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, put};
use contracts::queue::{QueueBody, QueueChangeBody, QueueFiguresBody, QueuesBody};
use domain::queue::Admission;
use domain::shared::QueueId;
use service_kit::auth::Operator;
use service_kit::body::Body;
use service_kit::{Problem, detached};
use tokio::sync::Notify;
use uuid::Uuid;

use super::problem;

/// A waiting room and how full it is.
#[utoipa::path(
    tag = "queues",
    operation_id = "showQueue",
    params(("queueId" = Uuid, Path)),
    responses(
        (status = 200, body = QueueBody),
        (status = 404, description = "`not_found`: no such queue"),
    )
)]
#[get("/v1/queues/{queueId}")]
pub async fn show(path: Path<Uuid>, admission: Data<Admission>) -> Result<Json<QueueBody>, Problem> {
    let overview = admission.overview(QueueId(*path)).await.map_err(problem::of_queue)?;
    Ok(Json(overview.into()))
}

/// How every queue goes, the oldest first. Read from memory: however many wait, it costs as much as one poll a queue.
#[utoipa::path(
    tag = "queues",
    operation_id = "listQueueFigures",
    security(("accessToken" = [])),
    responses(
        (status = 200, body = QueuesBody),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`not_admitted`: this takes an operator's access token"),
    )
)]
#[get("/v1/admin/queues")]
pub async fn list_figures(
    _operator: Operator,
    admission: Data<Admission>,
) -> Result<Json<QueuesBody>, Problem> {
    let figures = admission.figures_everywhere().await.map_err(|error| Problem::unexpected(&error))?;
    Ok(Json(QueuesBody { queues: figures.into_iter().map(Into::into).collect() }))
}

/// How one queue goes. Read from memory, as cheaply as a poll.
#[utoipa::path(
    tag = "queues",
    operation_id = "showQueueFigures",
    security(("accessToken" = [])),
    params(("queueId" = Uuid, Path)),
    responses(
        (status = 200, body = QueueFiguresBody),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`not_admitted`: this takes an operator's access token"),
        (status = 404, description = "`not_found`: no such queue"),
    )
)]
#[get("/v1/admin/queues/{queueId}")]
pub async fn show_figures(
    path: Path<Uuid>,
    _operator: Operator,
    admission: Data<Admission>,
) -> Result<Json<QueueFiguresBody>, Problem> {
    let figures = admission.figures(QueueId(*path)).await.map_err(problem::of_queue)?;
    Ok(Json(figures.into()))
}

/// Creates a queue, or changes the one there is. What is absent stays, or is the default of a new queue.
#[utoipa::path(
    tag = "queues",
    operation_id = "configureQueue",
    security(("accessToken" = [])),
    params(("queueId" = Uuid, Path)),
    request_body = QueueChangeBody,
    responses(
        (status = 200, description = "Changed", body = QueueBody),
        (status = 201, description = "Created", body = QueueBody),
        (status = 400, description = "`malformed_request`"),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`not_admitted`: this takes an operator's access token"),
        (status = 404, description = "`not_found`: the path has no id in it"),
        (status = 422, description = "`invalid_request`"),
    )
)]
#[put("/v1/admin/queues/{queueId}")]
pub async fn configure(
    path: Path<Uuid>,
    _operator: Operator,
    body: Body<QueueChangeBody>,
    admission: Data<Admission>,
    slots: Data<Notify>,
) -> Result<HttpResponse, Problem> {
    let (queue, change) = (QueueId(*path), body.0.into());
    let command = async move {
        let configured = admission.configure(queue, change).await;
        slots.notify_one();
        configured
    };
    let (overview, created) = detached(command).await?.map_err(problem::of_queue)?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok(HttpResponse::build(status).json(QueueBody::from(overview)))
}
