use std::sync::Arc;

use actix_web::web::{Data, Json, Path};
use actix_web::{post, put};
use contracts::internal::wallet::{DebitBody, DebitOutcomeBody};
use domain::shared::PaymentId;
use domain::wallet::Ledger;
use service_kit::auth::CallingService;
use service_kit::body::Body;
use service_kit::{Problem, detached};
use uuid::Uuid;

use super::problem;

/// Only the service that sells seats takes money for them.
const CALLER: &str = "reservation-service";

/// Takes the amount, once under the payment's id.
#[utoipa::path(tag = "debits", params(("paymentId" = Uuid, Path)), request_body = DebitBody, responses((status = 200, body = DebitOutcomeBody)))]
#[put("/internal/v1/debits/{paymentId}")]
pub async fn debit(
    path: Path<Uuid>,
    caller: CallingService,
    body: Body<DebitBody>,
    ledger: Data<dyn Ledger>,
) -> Result<Json<DebitOutcomeBody>, Problem> {
    check(&caller)?;
    let request = body.0.request(PaymentId(*path)).map_err(problem::invalid)?;
    let ledger = Arc::clone(&ledger);
    outcome(detached(async move { ledger.debit(request).await }).await?)
}

/// Makes sure that nothing is taken under the payment's id.
#[utoipa::path(tag = "debits", params(("paymentId" = Uuid, Path)), responses((status = 200, body = DebitOutcomeBody)))]
#[post("/internal/v1/debits/{paymentId}/void")]
pub async fn void(
    path: Path<Uuid>,
    caller: CallingService,
    ledger: Data<dyn Ledger>,
) -> Result<Json<DebitOutcomeBody>, Problem> {
    check(&caller)?;
    let (payment, ledger) = (PaymentId(*path), Arc::clone(&ledger));
    outcome(detached(async move { ledger.void(payment).await }).await?)
}

/// Gives back what was taken under the payment's id, once.
#[utoipa::path(tag = "debits", params(("paymentId" = Uuid, Path)), responses((status = 200, body = DebitOutcomeBody)))]
#[post("/internal/v1/debits/{paymentId}/refund")]
pub async fn refund(
    path: Path<Uuid>,
    caller: CallingService,
    ledger: Data<dyn Ledger>,
) -> Result<Json<DebitOutcomeBody>, Problem> {
    check(&caller)?;
    let (payment, ledger) = (PaymentId(*path), Arc::clone(&ledger));
    outcome(detached(async move { ledger.refund(payment).await }).await?)
}

fn check(caller: &CallingService) -> Result<(), Problem> {
    if caller.0 == CALLER {
        Ok(())
    } else {
        Err(Problem::not_admitted(format!("only {CALLER} moves money for seats")))
    }
}

fn outcome<A: Into<DebitOutcomeBody>>(answer: anyhow::Result<A>) -> Result<Json<DebitOutcomeBody>, Problem> {
    answer.map(|answer| Json(answer.into())).map_err(|error| Problem::unexpected(&error))
}
