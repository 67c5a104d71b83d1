use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use contracts::reservation::PaymentBody;
use domain::reservation::{BoxOffice, Checkout, Paid};
use domain::shared::{PaymentId, ReservationId};
use service_kit::Problem;
use service_kit::answer::Answer;
use service_kit::auth::{Authenticator, Identity, PresentedPass};
use service_kit::idempotency::Idempotency;
use uuid::Uuid;

use super::problem;
use crate::ReservationService;

/// Pays a held reservation from the caller's wallet. Paying it again answers with the one payment there is.
#[utoipa::path(
    tag = "payments",
    operation_id = "payReservation",
    security(("pass" = [])),
    params(("reservationId" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, description = "Paid: the seats are the caller's, the pass has done its work", body = PaymentBody),
        (status = 202, description = "The wallet is slow; `Location` says how it ends, and it always ends", body = PaymentBody),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 402, description = "`insufficient_balance` with `balance` and `required`; the hold stands"),
        (status = 403, description = "`not_admitted`"),
        (status = 404, description = "`not_found`: no such reservation, or another's"),
        (status = 409, description = "`hold_expired`, `idempotency_key_in_flight`"),
        (status = 422, description = "`idempotency_key_reused`"),
        (status = 503, description = "`unavailable`: nothing was taken; the hold stands"),
    )
)]
#[post("/v1/reservations/{reservationId}/payments")]
pub async fn create(
    request: HttpRequest,
    path: Path<Uuid>,
    presented: PresentedPass,
    checkout: Data<Checkout>,
    authenticator: Data<Authenticator>,
    idempotency: Data<Idempotency<ReservationService>>,
) -> Result<HttpResponse, Problem> {
    let PresentedPass { pass, spent } = presented;
    // The payment itself ends the pass; a fan who lost the answer still gets it under the same key. It may have died
    // with its process after the deed: then the command, begun while the pass was good, finds what it has done.
    if spent && !idempotency.knows(&request, pass.user_id, &()).await? {
        return Err(Problem::pass_expired("The pass was used up or given back"));
    }
    let reservation = ReservationId(*path);
    let command = move |id| async move {
        let paid = checkout.pay(PaymentId(id), reservation, pass.user_id, pass.pass_id).await;
        match paid.map_err(problem::of_checkout)? {
            Paid::Captured { payment, balance: _ } => {
                // Known here before the queue's list comes round.
                authenticator.revoked.revoke(pass.pass_id, pass.expires_at);
                let location = format!("/v1/payments/{}", payment.id);
                Ok(Answer::json(StatusCode::CREATED, &PaymentBody::from(&payment))?.at(location))
            }
            Paid::Processing(payment) => {
                let location = format!("/v1/payments/{}", payment.id);
                Ok(Answer::json(StatusCode::ACCEPTED, &PaymentBody::from(&payment))?.at(location))
            }
        }
    };
    idempotency.run(&request, pass.user_id, &(), command).await
}

/// How a payment of the caller's stands.
#[utoipa::path(
    tag = "payments",
    operation_id = "showPayment",
    security(("accessToken" = []), ("pass" = [])),
    params(("paymentId" = Uuid, Path)),
    responses(
        (status = 200, body = PaymentBody),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: neither an access token nor a pass"),
        (status = 404, description = "`not_found`: no such payment, or another's"),
    )
)]
#[get("/v1/payments/{paymentId}")]
pub async fn show(
    path: Path<Uuid>,
    caller: Identity,
    box_office: Data<BoxOffice>,
) -> Result<Json<PaymentBody>, Problem> {
    let payment = box_office.payment(PaymentId(*path), caller.user_id).await.map_err(problem::of_lookup)?;
    Ok(Json(PaymentBody::from(&payment)))
}
