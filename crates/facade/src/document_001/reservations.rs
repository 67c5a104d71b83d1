use actix_web::http::StatusCode;
use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Utc};
use contracts::concert::PerformanceBody;
use contracts::reservation::{PaymentStatus, ReservationBody};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::wording::Route;
use crate::failure::Failure;
use crate::request::Presented;
use crate::v1::{self, Refusal, V1};

/// The document's table `reservation`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReservedSeatBody {
    reservation_id: Uuid,
    /// v1's word: `held` until it is paid.
    status: String,
    concert_id: Uuid,
    concert_name: String,
    schedule_id: Uuid,
    schedule_date: DateTime<Utc>,
    seat_id: Uuid,
    seat_number: u32,
    /// Won.
    seat_price: i64,
    /// When the seat is let go unless it is paid.
    expired_at: DateTime<Utc>,
}

/// 결제 정보: the reservation that was paid, and the payment.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaidSeatBody {
    #[serde(flatten)]
    reservation: ReservedSeatBody,
    /// Absent, with `point` and `paidAt`, where a payment that was made before is answered again.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<Uuid>,
    /// `captured`; `processing` while the wallet is slow.
    payment_status: PaymentStatus,
    /// Won.
    amount: i64,
    /// Won, after this payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    point: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<DateTime<Utc>>,
}

impl ReservedSeatBody {
    fn new(reservation: &ReservationBody, performance: PerformanceBody, seat: Uuid) -> Result<Self, Refusal> {
        let held =
            reservation.seats.iter().find(|held| held.seat_id == seat).ok_or_else(Refusal::not_found)?;
        Ok(Self {
            reservation_id: reservation.reservation_id,
            status: reservation.status.clone(),
            concert_id: performance.concert_id,
            concert_name: performance.title,
            schedule_id: reservation.schedule_id,
            schedule_date: performance.starts_at,
            seat_id: held.seat_id,
            seat_number: held.number,
            seat_price: held.price,
            expired_at: reservation.expires_at,
        })
    }
}

/// Holds a seat for five minutes.
#[utoipa::path(
    tag = "document 001",
    operation_id = "reserveSeat",
    security(("queueToken" = [])),
    params(
        ("scheduleId" = String, Path), ("seatId" = String, Path), ("Idempotency-Key" = Option<String>, Header),
    ),
    responses(
        (status = 200, body = ReservedSeatBody),
        (status = 401, description = "`유효하지 않은 토큰입니다.`"),
        (status = 404, description = "`유효하지 않거나 이미 선택된 좌석입니다.`: no such seat"),
        (status = 409, description = "`유효하지 않거나 이미 선택된 좌석입니다.`: it is taken, or the fan has too many"),
        (status = 422, description = "`요청을 처리할 수 없습니다.`: an Idempotency-Key that is none, or was used for something else"),
    )
)]
#[post("/api/concert/schedule/{scheduleId}/seat/{seatId}/reservation")]
pub async fn reserve(
    path: Path<(String, String)>,
    presented: Presented,
    v1: V1,
) -> Result<Json<ReservedSeatBody>, Failure> {
    let reserved = async {
        let pass = presented.token()?.pass(&v1).await?;
        let (schedule, seat) = (v1::id(&path.0)?, v1::id(&path.1)?);
        let performance = v1.performance(&pass, schedule).await?;
        let reservation = v1.hold(&pass, schedule, seat, presented.idempotency_key.as_ref()).await?;
        ReservedSeatBody::new(&reservation, performance, seat)
    };
    reserved.await.map(Json).map_err(|refusal| Route::Reservation.failure(refusal))
}

/// Pays for the seat that the bearer of the token holds.
#[utoipa::path(
    tag = "document 001",
    operation_id = "paySeat",
    security(("queueToken" = [])),
    params(
        ("scheduleId" = String, Path), ("seatId" = String, Path), ("Idempotency-Key" = Option<String>, Header),
    ),
    responses(
        (status = 200, body = PaidSeatBody),
        (status = 202, body = PaidSeatBody, description = "The wallet is slow; it always ends"),
        (status = 401, description = "`유효하지 않은 토큰입니다.`"),
        (status = 402, description = "`포인트가 부족합니다.`"),
        (status = 404, description = "`유효하지 않거나 이미 선택된 좌석입니다.`: not held by this user"),
        (status = 409, description = "`유효하지 않거나 이미 선택된 좌석입니다.`: the hold has lapsed"),
        (status = 422, description = "`요청을 처리할 수 없습니다.`: an Idempotency-Key that is none, or was used for something else"),
    )
)]
#[post("/api/concert/schedule/{scheduleId}/seat/{seatId}/pay")]
pub async fn pay(
    path: Path<(String, String)>,
    presented: Presented,
    v1: V1,
) -> Result<HttpResponse, Failure> {
    let (status, body) =
        paid(&path.0, &path.1, &presented, &v1).await.map_err(|refusal| Route::Pay.failure(refusal))?;
    Ok(HttpResponse::build(status).json(body))
}

async fn paid(
    schedule: &str,
    seat: &str,
    presented: &Presented,
    v1: &V1,
) -> Result<(StatusCode, PaidSeatBody), Refusal> {
    let token = presented.token()?;
    let pass = match (token.pass(v1).await, token.owner()) {
        (Err(spent), Some(owner)) if spent.is_about_a_spent_token() => {
            let (schedule, seat) = (v1::id(schedule)?, v1::id(seat)?);
            return paid_before(owner, schedule, seat, v1).await?.ok_or(spent);
        }
        (pass, _) => pass?,
    };
    let (schedule, seat) = (v1::id(schedule)?, v1::id(seat)?);
    // Everything that the answer says is looked up first: the payment ends the pass.
    let held = v1.reservation_of_seat(&pass, schedule, seat).await?;
    let performance = v1.performance(&pass, schedule).await?;
    let mut reservation = ReservedSeatBody::new(&held, performance, seat)?;
    let payment = v1.pay(&pass, held.reservation_id, presented.idempotency_key.as_ref()).await?;
    let (status, word) = match payment.status {
        PaymentStatus::Captured => (StatusCode::OK, "confirmed"),
        PaymentStatus::Processing => (StatusCode::ACCEPTED, "paying"),
        PaymentStatus::Declined => return Err(v1.why_declined(&pass, &payment).await),
        PaymentStatus::Refunded => return Err(Refusal::hold_expired()),
    };
    word.clone_into(&mut reservation.status);
    let body = PaidSeatBody {
        reservation,
        payment_id: Some(payment.payment_id),
        payment_status: payment.status,
        amount: payment.amount,
        point: payment.balance,
        paid_at: payment.paid_at,
    };
    Ok((status, body))
}

/// The payment of a seat ends the pass: whoever lost the answer and asks again gets it all the same, as far as it is
/// known without that payment's id.
async fn paid_before(
    access_token: &str,
    schedule: Uuid,
    seat: Uuid,
    v1: &V1,
) -> Result<Option<(StatusCode, PaidSeatBody)>, Refusal> {
    let reservation = v1.reservation_of_seat(access_token, schedule, seat).await?;
    let (status, payment_status) = match reservation.status.as_str() {
        "confirmed" => (StatusCode::OK, PaymentStatus::Captured),
        "paying" => (StatusCode::ACCEPTED, PaymentStatus::Processing),
        _ => return Ok(None),
    };
    let performance = v1.performance(access_token, schedule).await?;
    let amount = reservation.amount;
    let reservation = ReservedSeatBody::new(&reservation, performance, seat)?;
    let body =
        PaidSeatBody { reservation, payment_id: None, payment_status, amount, point: None, paid_at: None };
    Ok(Some((status, body)))
}
