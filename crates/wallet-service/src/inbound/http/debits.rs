use std::sync::Arc;

use actix_web::post;
use actix_web::web::{Data, Json, Path};
use contracts::internal::wallet::{DebitOutcomeBody, DebitOutcomesBody, DebitsBody, PaymentOutcomeBody};
use domain::shared::PaymentId;
use domain::wallet::{DebitRequest, Ledger};
use futures_util::future::join_all;
use service_kit::auth::CallingService;
use service_kit::body::Body;
use service_kit::gather::known;
use service_kit::{Problem, detached};
use uuid::Uuid;

use super::problem;

/// Only the service that sells seats takes money for them.
const CALLER: &str = "reservation-service";

/// Takes the amounts, each once under its payment's id and on its own.
#[utoipa::path(tag = "debits", request_body = DebitsBody, responses((status = 200, body = DebitOutcomesBody)))]
#[post("/internal/v1/debits")]
pub async fn debit(
    caller: CallingService,
    body: Body<DebitsBody>,
    ledger: Data<dyn Ledger>,
) -> Result<Json<DebitOutcomesBody>, Problem> {
    check(&caller)?;
    let requests = body.0.requests().map_err(problem::invalid)?;
    let ledger = Arc::clone(&ledger);
    // All at once: the ledger gathers them.
    let command =
        async move { join_all(requests.into_iter().map(|request| debit_one(&*ledger, request))).await };
    let outcomes = known(detached(command).await?).map_err(|error| Problem::unexpected(&error))?;
    Ok(Json(DebitOutcomesBody { outcomes }))
}

async fn debit_one(ledger: &dyn Ledger, request: DebitRequest) -> anyhow::Result<PaymentOutcomeBody> {
    let outcome = ledger.debit(request).await?.into();
    Ok(PaymentOutcomeBody { payment_id: request.payment_id.0, outcome })
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
