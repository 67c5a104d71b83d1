use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use contracts::concert::SeatMapBody;
use domain::concert::Concerts;
use domain::shared::ScheduleId;
use service_kit::Problem;
use service_kit::auth::Pass;
use service_kit::etag::is_known;
use service_kit::http::{FastPath, IdInPath};
use service_kit::query::Query;
use uuid::Uuid;

use super::live_seats::LiveSeats;
use super::problem;
use super::seat_query::SeatQuery;
use super::shared_body::SharedBody;

/// The seats of a performance, as of at most 300 ms ago; while the inventory is out of reach, as they were last seen.
#[utoipa::path(
    operation_id = "showSeats",
    security(("pass" = [])),
    tag = "seats",
    params(("scheduleId" = Uuid, Path), SeatQuery, ("If-None-Match" = Option<String>, Header)),
    responses(
        (status = 200, body = SeatMapBody, headers(("ETag" = String))),
        (status = 304, description = "The seats are as `If-None-Match` knows them"),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: no pass, or one for another queue"),
        (status = 404, description = "`not_found`"),
        (status = 422, description = "`invalid_request`: no such status"),
        (status = 503, description = "`unavailable`: the inventory has been out of reach for too long"),
    )
)]
#[get("/v1/schedules/{scheduleId}/seats")]
pub async fn show(
    request: HttpRequest,
    path: Path<Uuid>,
    pass: Pass,
    query: Query<SeatQuery>,
    concerts: Data<Concerts>,
    live: Data<LiveSeats>,
) -> Result<HttpResponse, Problem> {
    answer_look(&request, ScheduleId(*path), pass, &query, &concerts, &live).await
}

/// Where [`show`] is.
pub const LOOKED_AT: FastPath = FastPath::new("/v1/schedules/", "/seats");

/// [`show`], for nearly everybody.
pub async fn look(
    request: HttpRequest,
    IdInPath(schedule): IdInPath<3>,
    pass: Pass,
    query: Query<SeatQuery>,
    concerts: Data<Concerts>,
    live: Data<LiveSeats>,
) -> Result<HttpResponse, Problem> {
    answer_look(&request, ScheduleId(schedule), pass, &query, &concerts, &live).await
}

async fn answer_look(
    request: &HttpRequest,
    schedule: ScheduleId,
    pass: Pass,
    query: &SeatQuery,
    concerts: &Concerts,
    live: &LiveSeats,
) -> Result<HttpResponse, Problem> {
    let status = query.status().map_err(problem::invalid)?;
    let schedule = concerts.schedule(schedule, pass.queue_id).await.map_err(problem::of_concert)?;
    let view = live.view(schedule.id).await.map_err(|error| Problem::unexpected(&error))?;
    let tag = view.tag(status);
    let unchanged = is_known(request, &tag);
    let mut response = HttpResponse::build(if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    response.insert_header((ETAG, tag.to_string()));
    // Only for who has a pass, and to be asked about every time: seats go quickly.
    response.insert_header((CACHE_CONTROL, "private, no-cache"));
    if unchanged {
        return Ok(response.finish());
    }
    let body = view.body(status).map_err(|error| Problem::unexpected(&error))?;
    Ok(response.insert_header((CONTENT_TYPE, "application/json")).body(SharedBody(body)))
}
