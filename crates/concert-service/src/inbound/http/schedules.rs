use actix_web::get;
use actix_web::web::{Data, Json, Path};
use contracts::concert::{PerformanceBody, ScheduleBody, SchedulesBody};
use domain::concert::{Concerts, Schedule};
use domain::shared::{ConcertId, ScheduleId};
use futures_util::{StreamExt, TryStreamExt, stream};
use service_kit::Problem;
use service_kit::auth::{Identity, Operator, Pass};
use uuid::Uuid;

use super::live_seats::LiveSeats;
use super::problem;

/// Seat maps that one request looks at together: a season of performances does not flood the inventory.
const AT_ONCE: usize = 8;

/// The performances of a concert and how many seats each has left.
#[utoipa::path(
    operation_id = "listSchedules",
    security(("pass" = [])),
    tag = "concerts",
    params(("concertId" = Uuid, Path)),
    responses(
        (status = 200, body = SchedulesBody),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: no pass, or one for another queue"),
        (status = 404, description = "`not_found`"),
        (status = 503, description = "`unavailable`: the inventory is out of reach"),
    )
)]
#[get("/v1/concerts/{concertId}/schedules")]
pub async fn list(
    path: Path<Uuid>,
    pass: Pass,
    concerts: Data<Concerts>,
    live: Data<LiveSeats>,
) -> Result<Json<SchedulesBody>, Problem> {
    let schedules = concerts.schedules(ConcertId(*path), pass.queue_id).await.map_err(problem::of_concert)?;
    counted(schedules, &live).await
}

/// The performances of a concert and how many seats each has left, as fans see them, for who has no pass.
///
/// Each seat map that is not followed yet is asked for once, and then followed for as long as somebody looks at it; one that
/// is costs nothing more.
#[utoipa::path(
    operation_id = "listSchedulesForOperators",
    security(("accessToken" = [])),
    tag = "admin",
    params(("concertId" = Uuid, Path)),
    responses(
        (status = 200, body = SchedulesBody),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`not_admitted`: not an operator"),
        (status = 404, description = "`not_found`"),
        (status = 503, description = "`unavailable`: the inventory is out of reach"),
    )
)]
#[get("/v1/admin/concerts/{concertId}/schedules")]
pub async fn list_for_operators(
    path: Path<Uuid>,
    _operator: Operator,
    concerts: Data<Concerts>,
    live: Data<LiveSeats>,
) -> Result<Json<SchedulesBody>, Problem> {
    let schedules = concerts.programme(ConcertId(*path)).await.map_err(problem::of_concert)?;
    counted(schedules, &live).await
}

async fn counted(schedules: Vec<Schedule>, live: &LiveSeats) -> Result<Json<SchedulesBody>, Problem> {
    let counted = stream::iter(schedules).map(|schedule| async move {
        let view = live.view(schedule.id).await?;
        Ok::<_, anyhow::Error>(ScheduleBody::of(&schedule, view.count()))
    });
    let schedules =
        counted.buffered(AT_ONCE).try_collect().await.map_err(|error| Problem::unexpected(&error))?;
    Ok(Json(SchedulesBody { schedules }))
}

/// What a performance is, for whoever holds a reservation or a ticket for it: the pass has ended by then.
#[utoipa::path(
    operation_id = "showSchedule",
    security(("accessToken" = []), ("pass" = [])),
    tag = "concerts",
    params(("scheduleId" = Uuid, Path)),
    responses(
        (status = 200, body = PerformanceBody),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: neither an access token nor a pass"),
        (status = 404, description = "`not_found`"),
    )
)]
#[get("/v1/schedules/{scheduleId}")]
pub async fn show(
    path: Path<Uuid>,
    _caller: Identity,
    concerts: Data<Concerts>,
) -> Result<Json<PerformanceBody>, Problem> {
    let performance = concerts.performance(ScheduleId(*path)).await.map_err(problem::of_concert)?;
    Ok(Json(performance.into()))
}
