use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, put};
use contracts::internal::reservation::{InventoryBody, SeatChangesBody};
use domain::reservation::Inventory;
use domain::shared::ScheduleId;
use serde::Deserialize;
use service_kit::Problem;
use service_kit::auth::CallingService;
use service_kit::body::Body;
use service_kit::query::Query;
use utoipa::IntoParams;
use uuid::Uuid;

use super::problem;

/// Only the service that has the catalogue puts performances on sale.
const PUBLISHER: &str = "concert-service";

/// Puts a performance on sale; the same one again changes nothing.
#[utoipa::path(tag = "inventories", params(("scheduleId" = Uuid, Path)), request_body = InventoryBody, responses((status = 204)))]
#[put("/internal/v1/inventories/{scheduleId}")]
pub async fn publish(
    path: Path<Uuid>,
    caller: CallingService,
    body: Body<InventoryBody>,
    inventory: Data<dyn Inventory>,
) -> Result<HttpResponse, Problem> {
    if caller.0 != PUBLISHER {
        return Err(Problem::not_admitted(format!("only {PUBLISHER} puts performances on sale")));
    }
    let (terms, seats) = body.0.stock(ScheduleId(*path)).map_err(problem::invalid)?;
    inventory.publish(terms, seats).await.map_err(|error| Problem::unexpected(&error))?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AfterQuery {
    /// A version that was reported before; 0: every seat.
    after: i64,
}

/// The seats that have changed behind a version, perhaps some from before it again.
#[utoipa::path(tag = "inventories", params(("scheduleId" = Uuid, Path), AfterQuery), responses((status = 200, body = SeatChangesBody)))]
#[get("/internal/v1/inventories/{scheduleId}/changes")]
pub async fn changes(
    path: Path<Uuid>,
    query: Query<AfterQuery>,
    _caller: CallingService,
    inventory: Data<dyn Inventory>,
) -> Result<Json<SeatChangesBody>, Problem> {
    let report = inventory
        .changes(ScheduleId(*path), query.after)
        .await
        .map_err(|error| Problem::unexpected(&error))?;
    let report = report.ok_or_else(|| Problem::not_found("this performance is not on sale"))?;
    Ok(Json(report.into()))
}
