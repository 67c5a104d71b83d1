use actix_web::get;
use actix_web::web::{Data, Json, Path};
use contracts::concert::{ConcertBody, ConcertsBody};
use domain::concert::Concerts;
use domain::shared::ConcertId;
use service_kit::Problem;
use service_kit::paging::PageQuery;
use service_kit::query::Query;
use uuid::Uuid;

use super::problem;

/// All concerts, in the order of their making.
#[utoipa::path(
    operation_id = "listConcerts",
    tag = "concerts",
    params(PageQuery),
    responses(
        (status = 200, body = ConcertsBody),
        (status = 422, description = "`invalid_request`"),
    )
)]
#[get("/v1/concerts")]
pub async fn list(page: Query<PageQuery>, concerts: Data<Concerts>) -> Result<Json<ConcertsBody>, Problem> {
    let page = concerts.concerts(page.request()?).await.map_err(problem::of_concert)?;
    Ok(Json(page.into()))
}

/// One concert.
#[utoipa::path(
    operation_id = "showConcert",
    tag = "concerts",
    params(("concertId" = Uuid, Path)),
    responses(
        (status = 200, body = ConcertBody),
        (status = 404, description = "`not_found`"),
    )
)]
#[get("/v1/concerts/{concertId}")]
pub async fn show(path: Path<Uuid>, concerts: Data<Concerts>) -> Result<Json<ConcertBody>, Problem> {
    let concert = concerts.concert(ConcertId(*path)).await.map_err(problem::of_concert)?;
    Ok(Json(concert.into()))
}
