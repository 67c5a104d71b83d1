use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use contracts::back_office::{
    InspectedReservationBody, InspectedReservationsBody, NewReleaseBody, ReservationStatusBody, seat_sought,
};
use domain::reservation::{BackOffice, ReleaseRequest, Sought};
use domain::shared::{ReleaseId, ReservationId, ScheduleId};
use serde::Deserialize;
use service_kit::Problem;
use service_kit::answer::Answer;
use service_kit::auth::Operator;
use service_kit::body::Body;
use service_kit::idempotency::Idempotency;
use service_kit::paging::PageQuery;
use service_kit::query::Query;
use utoipa::IntoParams;
use uuid::Uuid;

use super::problem;
use crate::ReservationService;

/// Which reservations of a performance.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SoughtQuery {
    /// Those that are so now; all where absent.
    status: Option<ReservationStatusBody>,
    /// Those that this seat is part of: its id or its number.
    seat: Option<String>,
    /// Rows at most, 1 to 100; 20 where absent.
    limit: Option<usize>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

impl SoughtQuery {
    fn sought(&self, schedule_id: ScheduleId) -> Result<Sought, Problem> {
        let seat = self.seat.as_deref().map(seat_sought).transpose().map_err(problem::invalid)?;
        Ok(Sought { schedule_id, status: self.status.map(Into::into), seat })
    }
}

/// A performance's reservations, oldest first: what is stuck comes first.
#[utoipa::path(
    tag = "back office",
    operation_id = "inspectReservations",
    security(("accessToken" = [])),
    params(("scheduleId" = Uuid, Path), SoughtQuery),
    responses(
        (status = 200, body = InspectedReservationsBody),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`not_admitted`: this takes an operator's access token"),
        (status = 404, description = "`not_found`: no such performance"),
        (status = 422, description = "`invalid_request`: no such status, seat, limit or cursor can be"),
    )
)]
#[get("/v1/admin/schedules/{scheduleId}/reservations")]
pub async fn list(
    path: Path<Uuid>,
    _operator: Operator,
    query: Query<SoughtQuery>,
    back_office: Data<BackOffice>,
) -> Result<Json<InspectedReservationsBody>, Problem> {
    let sought = query.sought(ScheduleId(*path))?;
    let page = PageQuery::new(query.limit, query.0.cursor).request()?;
    let found = back_office.reservations(sought, page).await.map_err(problem::of_lookup)?;
    Ok(Json(found.into()))
}

/// Any fan's reservation, with all that explains how it stands.
#[utoipa::path(
    tag = "back office",
    operation_id = "inspectReservation",
    security(("accessToken" = [])),
    params(("reservationId" = Uuid, Path)),
    responses(
        (status = 200, body = InspectedReservationBody),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`not_admitted`: this takes an operator's access token"),
        (status = 404, description = "`not_found`: no such reservation"),
    )
)]
#[get("/v1/admin/reservations/{reservationId}")]
pub async fn show(
    path: Path<Uuid>,
    _operator: Operator,
    back_office: Data<BackOffice>,
) -> Result<Json<InspectedReservationBody>, Problem> {
    let found = back_office.reservation(ReservationId(*path)).await.map_err(problem::of_lookup)?;
    Ok(Json(found.into()))
}

/// Releases a hold at once, whoever's it is: its seats are free and its pass yields the slot, as when the fan releases it.
///
/// Who asked for it and why is kept for ever. A reservation that is being paid for is never released by hand, and cancelling
/// a sale is the fan's.
#[utoipa::path(
    tag = "back office",
    operation_id = "releaseReservation",
    security(("accessToken" = [])),
    params(("reservationId" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = NewReleaseBody,
    responses(
        (status = 200, body = InspectedReservationBody),
        (status = 400, description = "`malformed_request`"),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`not_admitted`: this takes an operator's access token"),
        (status = 404, description = "`not_found`: no such reservation"),
        (status = 409, description = "`payment_in_progress` with `paymentId`: money is moving; `already_sold`; `hold_expired` with `reservationStatus`: there is nothing to release any more; `idempotency_key_in_flight`"),
        (status = 422, description = "`invalid_request`, `idempotency_key_reused`"),
    )
)]
#[post("/v1/admin/reservations/{reservationId}/release")]
pub async fn release(
    request: HttpRequest,
    path: Path<Uuid>,
    operator: Operator,
    body: Body<NewReleaseBody>,
    back_office: Data<BackOffice>,
    idempotency: Data<Idempotency<ReservationService>>,
) -> Result<HttpResponse, Problem> {
    let (reservation_id, reason) = (ReservationId(*path), body.0.reason().map_err(problem::invalid)?);
    let operator = operator.user_id;
    let command = move |id| async move {
        let request = ReleaseRequest { release_id: ReleaseId(id), reservation_id, operator, reason };
        let released = back_office.release(request).await.map_err(problem::of_release)?;
        Answer::json(StatusCode::OK, &InspectedReservationBody::from(released))
    };
    idempotency.run(&request, operator, &body.0, command).await
}
