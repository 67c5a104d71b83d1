use actix_web::get;
use actix_web::web::{Data, Json, Path};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::wording::Route;
use crate::calendar::Calendar;
use crate::failure::Failure;
use crate::request::Presented;
use crate::v1::{self, Refusal, V1};

/// 2. 콘서트 날짜 조회
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatesBody {
    /// Dates (`YYYY-MM-DD`) on which a seat can be had, each once.
    #[schema(value_type = Vec<String>, example = json!(["2026-12-24"]))]
    available_dates: Vec<NaiveDate>,
}

/// 3. 콘서트 좌석 조회
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatsBody {
    available_seats: Vec<AvailableSeatBody>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AvailableSeatBody {
    seat_id: Uuid,
    seat_num: u32,
    /// Added: the document's next call asks for it, and a date may have several performances.
    schedule_id: Uuid,
}

/// Dates on which seats can be had.
#[utoipa::path(
    tag = "document 002",
    operation_id = "listDates",
    security(("queueToken" = [])),
    params(("concertId" = String, Path)),
    responses(
        (status = 200, body = DatesBody),
        (status = 401, description = "`해당 서비스를 이용하실 수 없습니다.`"),
        (status = 404, description = "`해당 콘서트 정보를 찾을 수 없습니다.`"),
    )
)]
#[get("/concerts/{concertId}/dates")]
pub async fn dates(
    concert: Path<String>,
    presented: Presented,
    v1: V1,
    calendar: Data<Calendar>,
) -> Result<Json<DatesBody>, Failure> {
    let schedules = async {
        let pass = presented.token()?.pass(&v1).await?;
        v1.schedules(&pass, v1::id(&concert)?).await
    };
    let schedules = schedules.await.map_err(|refusal| Route::Concert.failure(refusal))?;
    // v1 gives them by their start, so equal dates are neighbours.
    let open = schedules.iter().filter(|schedule| !schedule.sold_out);
    let mut available_dates: Vec<_> = open.map(|schedule| calendar.date(schedule.starts_at)).collect();
    available_dates.dedup();
    Ok(Json(DatesBody { available_dates }))
}

/// The seats that can be had on a date.
#[utoipa::path(
    tag = "document 002",
    operation_id = "listSeatsOfDate",
    security(("queueToken" = [])),
    params(("concertId" = String, Path), ("date" = String, Path, example = "2026-12-24")),
    responses(
        (status = 200, body = SeatsBody),
        (status = 401, description = "`해당 서비스를 이용하실 수 없습니다.`"),
        (status = 404, description = "`해당 콘서트 정보를 찾을 수 없습니다.`: no such concert, or none on that date"),
    )
)]
#[get("/concerts/{concertId}/dates/{date}/seats")]
pub async fn seats(
    path: Path<(String, String)>,
    presented: Presented,
    v1: V1,
    calendar: Data<Calendar>,
) -> Result<Json<SeatsBody>, Failure> {
    let (concert, date) = path.into_inner();
    let seats = seats_on(&concert, &date, &presented, &v1, *calendar.get_ref()).await;
    seats.map(Json).map_err(|refusal| Route::Concert.failure(refusal))
}

async fn seats_on(
    concert: &str,
    date: &str,
    presented: &Presented,
    v1: &V1,
    calendar: Calendar,
) -> Result<SeatsBody, Refusal> {
    let pass = presented.token()?.pass(v1).await?;
    let schedules = v1.schedules(&pass, v1::id(concert)?).await?;
    let date: NaiveDate = date.parse().map_err(|_| Refusal::not_found())?;
    let mut on_date =
        schedules.iter().filter(|schedule| calendar.date(schedule.starts_at) == date).peekable();
    if on_date.peek().is_none() {
        return Err(Refusal::not_found());
    }
    let mut available_seats = Vec::new();
    for schedule in on_date {
        let schedule_id = schedule.schedule_id;
        let available = v1.available_seats(&pass, schedule_id).await?;
        available_seats.extend(available.into_iter().map(|seat| AvailableSeatBody {
            seat_id: seat.seat_id,
            seat_num: seat.number,
            schedule_id,
        }));
    }
    Ok(SeatsBody { available_seats })
}
