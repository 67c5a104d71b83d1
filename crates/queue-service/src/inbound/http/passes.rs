use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, get, post};
use contracts::internal::queue::{RevocationsBody, RevokedQuery};
use domain::queue::Admission;
use domain::shared::EntryId;
use service_kit::auth::CallingService;
use service_kit::{Problem, detached};
use tokio::sync::Notify;
use uuid::Uuid;

/// Only the service that sells seats knows when a pass is used up, or its seats are free again.
const CALLER: &str = "reservation-service";

/// Ends an admission after payment. A repeated or late call is a no-op.
#[utoipa::path(tag = "passes", params(("passId" = Uuid, Path)), responses((status = 204)))]
#[post("/internal/v1/passes/{passId}/finish")]
pub async fn finish(
    path: Path<Uuid>,
    caller: CallingService,
    admission: Data<Admission>,
    slots: Data<Notify>,
) -> Result<HttpResponse, Problem> {
    check(&caller)?;
    let pass = EntryId(*path);
    let command = async move {
        let finished = admission.finish(pass).await;
        slots.notify_one();
        finished
    };
    ended(detached(command).await?)
}

/// Hands the slot to the next in line, if somebody waits for it. A repeated or late call is a no-op.
#[utoipa::path(tag = "passes", params(("passId" = Uuid, Path)), responses((status = 204)))]
#[post("/internal/v1/passes/{passId}/yield")]
pub async fn yield_slot(
    path: Path<Uuid>,
    caller: CallingService,
    admission: Data<Admission>,
    slots: Data<Notify>,
) -> Result<HttpResponse, Problem> {
    check(&caller)?;
    let pass = EntryId(*path);
    let command = async move {
        let yielded = admission.yield_slot(pass).await;
        slots.notify_one();
        yielded
    };
    ended(detached(command).await?)
}

/// The passes that ended early behind a version, as far as they would still be good.
#[utoipa::path(tag = "passes", params(RevokedQuery), responses((status = 200, body = RevocationsBody)))]
#[get("/internal/v1/passes/revoked")]
pub async fn revoked(
    query: Query<RevokedQuery>,
    _caller: CallingService,
    admission: Data<Admission>,
) -> Result<Json<RevocationsBody>, Problem> {
    let revocations =
        admission.revoked_after(query.after).await.map_err(|error| Problem::unexpected(&error))?;
    Ok(Json(revocations.into()))
}

fn check(caller: &CallingService) -> Result<(), Problem> {
    if caller.0 == CALLER {
        Ok(())
    } else {
        Err(Problem::not_admitted(format!("only {CALLER} ends admissions")))
    }
}

/// Whether this call ended it or an earlier one, it has ended.
fn ended(outcome: anyhow::Result<bool>) -> Result<HttpResponse, Problem> {
    outcome.map_err(|error| Problem::unexpected(&error))?;
    Ok(HttpResponse::NoContent().finish())
}
