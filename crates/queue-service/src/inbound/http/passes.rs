use actix_web::web::{Data, Json};
use actix_web::{get, post};
use contracts::internal::queue::{EndedBody, Ending, EndingBody, EndingsBody, RevocationsBody, RevokedQuery};
use domain::queue::Admission;
use domain::shared::EntryId;
use futures_util::future::join_all;
use service_kit::auth::CallingService;
use service_kit::body::Body;
use service_kit::gather::known;
use service_kit::query::Query;
use service_kit::{Problem, detached};
use tokio::sync::Notify;

/// Only the service that sells seats knows when a pass is used up, or its seats are free again.
const CALLER: &str = "reservation-service";

/// Ends admissions, each on its own; a repeated or late one is a no-op.
#[utoipa::path(tag = "passes", request_body = EndingsBody, responses((status = 200, body = EndedBody)))]
#[post("/internal/v1/passes/endings")]
pub async fn end(
    caller: CallingService,
    body: Body<EndingsBody>,
    admission: Data<Admission>,
    slots: Data<Notify>,
) -> Result<Json<EndedBody>, Problem> {
    check(&caller)?;
    let endings = body.0.endings().map_err(|invalid| Problem::invalid_request([invalid.into()]))?;
    let command = async move {
        // All at once: the room gathers them.
        let ended = join_all(endings.into_iter().map(|ending| end_one(&admission, ending))).await;
        slots.notify_one();
        ended
    };
    let ended = known(detached(command).await?).map_err(|error| Problem::unexpected(&error))?;
    Ok(Json(EndedBody { ended }))
}

/// Whether this call ended it or an earlier one, it has ended.
async fn end_one(admission: &Admission, ending: EndingBody) -> anyhow::Result<EndingBody> {
    let pass = EntryId(ending.pass_id);
    match ending.ending {
        Ending::Finished => admission.finish(pass).await?,
        Ending::SlotYielded => admission.yield_slot(pass).await?,
    };
    Ok(ending)
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
