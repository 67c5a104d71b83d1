use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use contracts::reservation::{NewReservationBody, ReservationBody, ReservationsBody};
use domain::reservation::{BoxOffice, Checkout, SeatsWanted};
use domain::shared::ReservationId;
use service_kit::answer::Answer;
use service_kit::auth::{Identity, Pass};
use service_kit::body::Body;
use service_kit::idempotency::Idempotency;
use service_kit::paging::PageQuery;
use service_kit::query::Query;
use service_kit::{Problem, detached};
use uuid::Uuid;

use super::problem;
use crate::ReservationService;

/// Holds seats for the caller, all of them or none: either `seatIds`, or the `bestAvailable`.
///
/// The best available seats are side by side in one row. Fans who ask for them at the same time get different ones; they
/// are refused only where no `quantity` free seats are side by side (in that `section`), which says so by `conflicts` being
/// empty and by `mostSideBySide`, the most that are. Fewer, or seats apart, are never given instead. Repeated under its
/// Idempotency-Key, the answer has the same seats.
#[utoipa::path(
    tag = "reservations",
    operation_id = "createReservation",
    security(("pass" = [])),
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = NewReservationBody,
    responses(
        (status = 201, body = ReservationBody),
        (status = 400, description = "`malformed_request`"),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: no pass, or one for another queue"),
        (status = 404, description = "`not_found`: no such performance, or no such seats in it"),
        (status = 409, description = "`seat_unavailable` with `conflicts` (empty, and `mostSideBySide` beside it, where the best available were asked for), `seat_limit_reached`, `sale_not_open`, `sale_closed`, `idempotency_key_in_flight`"),
        (status = 422, description = "`invalid_request`: also both or neither of `seatIds` and `bestAvailable`, a `quantity` above what one fan may have, or a `section` that is none; `idempotency_key_reused`"),
        (status = 503, description = "`unavailable`"),
    )
)]
#[post("/v1/reservations")]
pub async fn create(
    request: HttpRequest,
    pass: Pass,
    body: Body<NewReservationBody>,
    box_office: Data<BoxOffice>,
    idempotency: Data<Idempotency<ReservationService>>,
) -> Result<HttpResponse, Problem> {
    let (schedule_id, seats) = body.0.wanted(box_office.max_seats_per_user()).map_err(problem::invalid)?;
    let Pass { pass_id, queue_id, user_id, .. } = pass;
    let command = move |id| async move {
        let reservation_id = ReservationId(id);
        let wanted = SeatsWanted { reservation_id, schedule_id, seats, user_id, pass_id, queue_id };
        let held = box_office.hold(wanted).await.map_err(problem::of_hold)?;
        Ok(Answer::json(StatusCode::CREATED, &ReservationBody::from(held))?
            .at(format!("/v1/reservations/{id}")))
    };
    idempotency.run(&request, user_id, &body.0, command).await
}

/// The caller's reservations, newest first.
#[utoipa::path(
    tag = "reservations",
    operation_id = "listReservations",
    security(("accessToken" = []), ("pass" = [])),
    params(PageQuery),
    responses(
        (status = 200, body = ReservationsBody),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: neither an access token nor a pass"),
        (status = 422, description = "`invalid_request`"),
    )
)]
#[get("/v1/reservations")]
pub async fn list(
    caller: Identity,
    page: Query<PageQuery>,
    box_office: Data<BoxOffice>,
) -> Result<Json<ReservationsBody>, Problem> {
    let page = box_office.reservations(caller.user_id, page.request()?).await.map_err(problem::of_lookup)?;
    Ok(Json(page.into()))
}

/// One of the caller's reservations.
#[utoipa::path(
    tag = "reservations",
    operation_id = "showReservation",
    security(("accessToken" = []), ("pass" = [])),
    params(("reservationId" = Uuid, Path)),
    responses(
        (status = 200, body = ReservationBody),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: neither an access token nor a pass"),
        (status = 404, description = "`not_found`: no such reservation, or another's"),
    )
)]
#[get("/v1/reservations/{reservationId}")]
pub async fn show(
    path: Path<Uuid>,
    caller: Identity,
    box_office: Data<BoxOffice>,
) -> Result<Json<ReservationBody>, Problem> {
    let found =
        box_office.reservation(ReservationId(*path), caller.user_id).await.map_err(problem::of_lookup)?;
    Ok(Json(found.into()))
}

/// Gives a reservation up: a held one is released at once, a confirmed one cancelled and refunded.
#[utoipa::path(
    tag = "reservations",
    operation_id = "giveUpReservation",
    security(("accessToken" = []), ("pass" = [])),
    params(("reservationId" = Uuid, Path)),
    responses(
        (status = 204, description = "Given up, now or before"),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: neither an access token nor a pass"),
        (status = 404, description = "`not_found`: no such reservation, or another's"),
        (status = 409, description = "`payment_in_progress`, `already_started`"),
    )
)]
#[delete("/v1/reservations/{reservationId}")]
pub async fn give_up(
    path: Path<Uuid>,
    caller: Identity,
    checkout: Data<Checkout>,
) -> Result<HttpResponse, Problem> {
    let (reservation, user) = (ReservationId(*path), caller.user_id);
    detached(async move { checkout.give_up(reservation, user).await }).await?.map_err(problem::of_give_up)?;
    Ok(HttpResponse::NoContent().finish())
}
