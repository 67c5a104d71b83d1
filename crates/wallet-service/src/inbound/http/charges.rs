use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use contracts::wallet::{ChargeBody, NewChargeBody};
use domain::shared::{Amount, ChargeId};
use domain::wallet::{Cashier, ChargeError, Wallets};
use service_kit::Problem;
use service_kit::answer::Answer;
use service_kit::auth::Identity;
use service_kit::body::Body;
use service_kit::idempotency::Idempotency;
use uuid::Uuid;

use super::{problem, wallets};
use crate::WalletService;

/// Tops the caller's wallet up.
#[utoipa::path(
    operation_id = "chargeWallet",
    tag = "wallets",
    params(("userId" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = NewChargeBody,
    security(("accessToken" = []), ("pass" = [])),
    responses(
        (status = 201, description = "The money is in the wallet", body = ChargeBody),
        (status = 400, description = "`malformed_request`"),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 402, description = "`charge_declined`: the payment provider said no"),
        (status = 403, description = "`not_admitted`: neither an access token nor a pass"),
        (status = 404, description = "`not_found`: no such wallet, or another's"),
        (status = 409, description = "`idempotency_key_in_flight`"),
        (status = 422, description = "`invalid_request`, `idempotency_key_reused`"),
        (status = 503, description = "`unavailable`: the payment provider has not answered; nothing is lost"),
    )
)]
#[post("/v1/wallets/{userId}/charges")]
pub async fn create(
    request: HttpRequest,
    path: Path<Uuid>,
    caller: Identity,
    body: Body<NewChargeBody>,
    wallets: Data<Wallets>,
    cashier: Data<Cashier>,
    idempotency: Data<Idempotency<WalletService>>,
) -> Result<HttpResponse, Problem> {
    let user = wallets::owner(&path, &caller, &wallets).await?;
    let amount = Amount::try_from(&body.0).map_err(problem::invalid)?;
    let command = move |id| async move {
        let charge = cashier.charge(ChargeId(id), user, amount).await.map_err(problem::of_charge)?;
        let body = ChargeBody::of(&charge).ok_or_else(|| problem::of_charge(ChargeError::StillPending))?;
        Answer::json(StatusCode::CREATED, &body)
    };
    idempotency.run(&request, user, &body.0, command).await
}
