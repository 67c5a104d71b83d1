use actix_web::get;
use actix_web::web::{Json, Path};
use chrono::{DateTime, Utc};
use contracts::concert::SeatStatusBody;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::wording::Route;
use crate::failure::Failure;
use crate::request::Presented;
use crate::v1::{self, Refusal, V1};

/// Concerts whose performances one request looks up together.
const AT_ONCE: usize = 8;

#[derive(Serialize, ToSchema)]
pub struct PerformancesBody {
    /// Concerts in the order of their making, each one's performances by their start.
    schedules: Vec<PerformanceOnSaleBody>,
}

/// 공연 정보(이름, 잔여좌석)
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PerformanceOnSaleBody {
    schedule_id: Uuid,
    concert_id: Uuid,
    name: String,
    date: DateTime<Utc>,
    left_seat: usize,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PerformanceSeatsBody {
    schedule_id: Uuid,
    seats: Vec<SeatOnSaleBody>,
}

/// The document's table `seat`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatOnSaleBody {
    seat_id: Uuid,
    number: u32,
    /// Won.
    price: i64,
    status: SeatStatusBody,
}

/// Every performance behind the queue, and how many seats each has left.
#[utoipa::path(
    tag = "document 001",
    operation_id = "listPerformances",
    security(("queueToken" = [])),
    responses(
        (status = 200, body = PerformancesBody),
        (status = 401, description = "`유효하지 않은 토큰입니다.`"),
    )
)]
#[get("/api/concerts/schedule")]
pub async fn schedules(presented: Presented, v1: V1) -> Result<Json<PerformancesBody>, Failure> {
    let found = performances(&presented, &v1).await;
    found.map(Json).map_err(|refusal| Route::Concert.failure(refusal))
}

async fn performances(presented: &Presented, v1: &V1) -> Result<PerformancesBody, Refusal> {
    let pass = &presented.token()?.pass(v1).await?;
    let concerts = v1.concerts().await?;
    let looked_up = stream::iter(concerts).map(|concert| async move {
        let on_sale = v1.schedules(pass, concert.concert_id).await?;
        Ok::<_, Refusal>(on_sale.into_iter().map(move |schedule| PerformanceOnSaleBody {
            schedule_id: schedule.schedule_id,
            concert_id: concert.concert_id,
            name: concert.title.clone(),
            date: schedule.starts_at,
            left_seat: schedule.seats_available,
        }))
    });
    let of_concerts: Vec<_> = looked_up.buffered(AT_ONCE).try_collect().await?;
    Ok(PerformancesBody { schedules: of_concerts.into_iter().flatten().collect() })
}

/// The seats of a performance.
#[utoipa::path(
    tag = "document 001",
    operation_id = "listSeats",
    security(("queueToken" = [])),
    params(("scheduleId" = String, Path)),
    responses(
        (status = 200, body = PerformanceSeatsBody),
        (status = 401, description = "`유효하지 않은 토큰입니다.`"),
        (status = 404, description = "`해당 콘서트 정보를 찾을 수 없습니다.`"),
    )
)]
#[get("/api/concert/schedule/{scheduleId}")]
pub async fn seats(
    path: Path<String>,
    presented: Presented,
    v1: V1,
) -> Result<Json<PerformanceSeatsBody>, Failure> {
    let seats = async {
        let pass = presented.token()?.pass(&v1).await?;
        let schedule_id = v1::id(&path)?;
        let seats = v1.seats(&pass, schedule_id).await?.into_iter().map(|seat| SeatOnSaleBody {
            seat_id: seat.seat_id,
            number: seat.number,
            price: seat.price,
            status: seat.status,
        });
        Ok(PerformanceSeatsBody { schedule_id, seats: seats.collect() })
    };
    seats.await.map(Json).map_err(|refusal| Route::Concert.failure(refusal))
}
