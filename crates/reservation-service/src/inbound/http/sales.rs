use actix_web::get;
use actix_web::web::{Data, Json, Path};
use contracts::back_office::SalesBody;
use domain::reservation::BackOffice;
use domain::shared::ScheduleId;
use service_kit::Problem;
use service_kit::auth::Operator;
use uuid::Uuid;

use super::problem;

/// How a performance sells: its seats, reservations and payments, each counted by what it is at this moment.
///
/// One statement groups the performance's own rows, found by index: it costs milliseconds for every ten thousand of them, and
/// locks nothing. Every few seconds is often enough.
#[utoipa::path(
    tag = "back office",
    operation_id = "showSales",
    security(("accessToken" = [])),
    params(("scheduleId" = Uuid, Path)),
    responses(
        (status = 200, body = SalesBody),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`not_admitted`: this takes an operator's access token"),
        (status = 404, description = "`not_found`: no such performance"),
    )
)]
#[get("/v1/admin/schedules/{scheduleId}/sales")]
pub async fn show(
    path: Path<Uuid>,
    _operator: Operator,
    back_office: Data<BackOffice>,
) -> Result<Json<SalesBody>, Problem> {
    let schedule = ScheduleId(*path);
    let figures = back_office.sales(schedule).await.map_err(problem::of_lookup)?;
    Ok(Json(SalesBody::of(schedule, &figures)))
}
