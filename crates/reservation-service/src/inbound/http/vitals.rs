use actix_web::get;
use actix_web::web::{Data, Json};
use service_kit::Vitals;
use service_kit::auth::Operator;
use service_kit::service::ServiceBody;

use crate::ReservationService;

/// How this service is: what it has answered since it was started, and what its audit of its own tables found last. Read
/// from memory.
#[utoipa::path(
    tag = "services",
    operation_id = "showReservationService",
    security(("accessToken" = [])),
    responses(
        (status = 200, body = ServiceBody),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`not_admitted`: this takes an operator's access token"),
    )
)]
#[get("/v1/admin/services/reservation")]
pub async fn show(_operator: Operator, vitals: Data<Vitals<ReservationService>>) -> Json<ServiceBody> {
    Json(vitals.body())
}
