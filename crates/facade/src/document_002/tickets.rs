use actix_web::post;
use actix_web::web::{Data, Json, Path};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use service_kit::Problem;
use service_kit::body::RawBody;
use utoipa::ToSchema;
use uuid::Uuid;

use super::wording::Route;
use crate::calendar::Calendar;
use crate::failure::Failure;
use crate::request::{Id, Presented, read};
use crate::v1::{self, Refusal, V1};

/// 4. 콘서트 좌석 임시 예약
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewTicketBody {
    /// Read and not used: the answer says which id the ticket has.
    #[expect(dead_code, reason = "the document's clients send it")]
    #[schema(value_type = Option<String>)]
    ticket_id: Option<Id>,
    /// Whose token this is.
    #[schema(value_type = String)]
    user_id: Id,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldTicketBody {
    /// v1's `reservationId`.
    ticket_id: Uuid,
    user_id: Uuid,
    #[schema(value_type = String, example = "2026-12-24")]
    concert_date: NaiveDate,
    /// The seat's number.
    concert_seat: u32,
    #[schema(example = "temp")]
    seat_status: &'static str,
    /// Added: seconds until the seat is let go.
    expires_in_seconds: i64,
}

/// Holds one seat for the bearer of the token.
#[utoipa::path(
    tag = "document 002",
    operation_id = "holdTicket",
    security(("queueToken" = [])),
    params(
        ("concertId" = String, Path), ("scheduleId" = String, Path), ("seatId" = String, Path),
        ("Idempotency-Key" = Option<String>, Header),
    ),
    request_body = NewTicketBody,
    responses(
        (status = 200, body = HeldTicketBody),
        (status = 400, description = "`요청을 읽을 수 없습니다`"),
        (status = 401, description = "`해당 서비스를 이용하실 수 없습니다.`: the token waits, is spent, or is another user's"),
        (status = 404, description = "`해당 콘서트 정보를 찾을 수 없습니다.`: no such concert, performance or seat"),
        (status = 409, description = "`유효하지 않거나 이미 선택된 좌석입니다.`; `예매할 수 있는 좌석 수를 초과했습니다.`; `예매 기간이 아닙니다.`"),
        (status = 422, description = "`요청을 처리할 수 없습니다.`: an Idempotency-Key that is none, or was used for something else"),
    )
)]
#[post("/concerts/{concertId}/schedules/{scheduleId}/seats/{seatId}/ticket")]
pub async fn hold(
    path: Path<(String, String, String)>,
    presented: Presented,
    body: Result<RawBody, Problem>,
    v1: V1,
    calendar: Data<Calendar>,
) -> Result<Json<HeldTicketBody>, Failure> {
    let body = read(body)?;
    let held = held(path.into_inner(), &presented, body, &v1, *calendar.get_ref()).await;
    held.map(Json).map_err(|refusal| Route::Ticket.failure(refusal))
}

async fn held(
    (concert, schedule, seat): (String, String, String),
    presented: &Presented,
    body: NewTicketBody,
    v1: &V1,
    calendar: Calendar,
) -> Result<HeldTicketBody, Refusal> {
    let pass = presented.token()?.pass(v1).await?;
    let user = async { v1.wallet(&pass, v1::id(&body.user_id.0)?).await };
    let user = user.await.map_err(Refusal::about_the_credential)?;
    let (concert, schedule, seat) = (v1::id(&concert)?, v1::id(&schedule)?, v1::id(&seat)?);
    let performance = v1.performance(&pass, schedule).await?;
    if performance.concert_id != concert {
        return Err(Refusal::not_found());
    }
    let reservation = v1.hold(&pass, schedule, seat, presented.idempotency_key.as_ref()).await?;
    let number = reservation.seats.iter().find(|held| held.seat_id == seat).map(|held| held.number);
    Ok(HeldTicketBody {
        ticket_id: reservation.reservation_id,
        user_id: user.user_id,
        concert_date: calendar.date(performance.starts_at),
        concert_seat: number.ok_or_else(Refusal::not_found)?,
        seat_status: "temp",
        expires_in_seconds: reservation.expires_in_seconds,
    })
}
