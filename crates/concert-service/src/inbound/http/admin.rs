use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use contracts::concert::{ConcertBody, NewConcertBody, NewScheduleBody, PublishedScheduleBody};
use domain::concert::{Concerts, Publication};
use domain::shared::{ConcertId, QueueId, ScheduleId};
use service_kit::Problem;
use service_kit::answer::Answer;
use service_kit::auth::Operator;
use service_kit::body::Body;
use service_kit::idempotency::Idempotency;
use uuid::Uuid;

use super::problem;
use crate::ConcertService;

/// The waiting room of concerts that name none.
#[derive(Clone, Copy)]
pub struct MainQueue(pub QueueId);

/// Adds a concert.
#[utoipa::path(
    operation_id = "addConcert",
    security(("accessToken" = [])),
    tag = "admin",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = NewConcertBody,
    responses(
        (status = 201, body = ConcertBody),
        (status = 400, description = "`malformed_request`"),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: not an operator"),
        (status = 409, description = "`idempotency_key_in_flight`"),
        (status = 422, description = "`invalid_request`, `idempotency_key_reused`"),
    )
)]
#[post("/v1/admin/concerts")]
pub async fn add_concert(
    request: HttpRequest,
    operator: Operator,
    body: Body<NewConcertBody>,
    concerts: Data<Concerts>,
    main_queue: Data<MainQueue>,
    idempotency: Data<Idempotency<ConcertService>>,
) -> Result<HttpResponse, Problem> {
    let new = body.0.concert(main_queue.0).map_err(problem::invalid)?;
    let command = move |id| async move {
        let concert = concerts.add(ConcertId(id), new).await.map_err(problem::of_concert)?;
        let body = ConcertBody::from(concert);
        Ok(Answer::json(StatusCode::CREATED, &body)?.at(format!("/v1/concerts/{}", body.concert_id)))
    };
    idempotency.run(&request, operator.user_id, &body.0, command).await
}

/// Puts a performance on sale: 201 once its seats can be sold.
#[utoipa::path(
    operation_id = "publishSchedule",
    security(("accessToken" = [])),
    tag = "admin",
    params(("concertId" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = NewScheduleBody,
    responses(
        (status = 201, body = PublishedScheduleBody),
        (status = 400, description = "`malformed_request`"),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: not an operator"),
        (status = 404, description = "`not_found`: no such concert"),
        (status = 409, description = "`schedule_exists`, `schedule_draft_exists` (both with `scheduleId`), \
                                      `idempotency_key_in_flight`"),
        (status = 422, description = "`invalid_request`, `idempotency_key_reused`"),
        (status = 503, description = "`unavailable`: the inventory has not answered; the same request again goes on"),
    )
)]
#[post("/v1/admin/concerts/{concertId}/schedules")]
pub async fn publish_schedule(
    request: HttpRequest,
    path: Path<Uuid>,
    operator: Operator,
    body: Body<NewScheduleBody>,
    publication: Data<Publication>,
    idempotency: Data<Idempotency<ConcertService>>,
) -> Result<HttpResponse, Problem> {
    let concert = ConcertId(*path);
    let starts_at = body.0.starts_at().map_err(problem::invalid)?;
    let plan = body.0.plan().map_err(problem::invalid)?;
    let command = move |id| async move {
        let published = publication.publish(ScheduleId(id), concert, starts_at, &plan).await;
        let body = PublishedScheduleBody::from(published.map_err(problem::of_publication)?);
        Ok(Answer::json(StatusCode::CREATED, &body)?.at(format!("/v1/schedules/{}/seats", body.schedule_id)))
    };
    idempotency.run(&request, operator.user_id, &body.0, command).await
}
