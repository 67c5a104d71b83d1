use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, patch, post};
use chrono::NaiveDate;
use contracts::concert::PerformanceBody;
use contracts::reservation::{PaymentStatus, ReservationBody};
use contracts::wallet::{WalletBody, WalletEntryBody};
use serde::{Deserialize, Serialize};
use service_kit::Problem;
use service_kit::body::RawBody;
use utoipa::ToSchema;
use uuid::Uuid;

use super::wording::Route;
use crate::calendar::Calendar;
use crate::failure::Failure;
use crate::request::{Id, Presented, Won, read};
use crate::v1::{self, Page, Refusal, V1};

/// 5. 금액 충전
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewChargeBody {
    #[schema(value_type = String)]
    user_id: Id,
    /// Won, at least 1: a number or its digits.
    #[serde(default)]
    #[schema(value_type = String, example = "50000")]
    amount: Won,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChargedBody {
    user_name: String,
    /// Won.
    amount: i64,
    /// Won, after this charge.
    point: i64,
    #[schema(example = "충전완료")]
    account_stat: &'static str,
    /// Milliseconds since 1970, which is what the document's `Date.now()` gives.
    reg_date: i64,
}

/// Tops the wallet up.
#[utoipa::path(
    tag = "document 002",
    operation_id = "chargeAccount",
    security(("queueToken" = []), ("accessToken" = [])),
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = NewChargeBody,
    responses(
        (status = 200, body = ChargedBody),
        (status = 400, description = "`요청을 읽을 수 없습니다`"),
        (status = 401, description = "`해당 유저 정보를 찾을 수 없습니다.`: the token waits, is spent, or is another user's"),
        (status = 404, description = "`충전할 수 없는 금액입니다.`"),
        (status = 409, description = "`idempotency_key_in_flight`"),
        (status = 422, description = "`요청을 처리할 수 없습니다.`: an Idempotency-Key that is none, or was used for something else"),
    )
)]
#[patch("/payments/charges")]
pub async fn charge(
    presented: Presented,
    body: Result<RawBody, Problem>,
    v1: V1,
) -> Result<Json<ChargedBody>, Failure> {
    let body = read(body)?;
    charged(&presented, &body, &v1).await.map(Json).map_err(|refusal| Route::Charge.failure(refusal))
}

async fn charged(presented: &Presented, body: &NewChargeBody, v1: &V1) -> Result<ChargedBody, Refusal> {
    let bearer = presented.token()?.identity(v1).await?;
    let user = v1.wallet(&bearer, v1::id(&body.user_id.0)?).await?;
    let amount = body.amount.0.ok_or_else(Refusal::invalid_amount)?;
    let done = v1.charge(&bearer, user.user_id, amount, presented.idempotency_key.as_ref()).await?;
    Ok(ChargedBody {
        user_name: user.name,
        amount: done.amount,
        point: done.balance,
        account_stat: "충전완료",
        reg_date: done.created_at.timestamp_millis(),
    })
}

/// 6. 잔액 조회 요청
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountBody {
    user_name: String,
    /// Won.
    point: i64,
    /// Added, since the diagram asks for it (잔액 및 계좌 이력 반환): the latest movements, newest first.
    history: Vec<WalletEntryBody>,
}

/// The balance, and how it came about.
#[utoipa::path(
    tag = "document 002",
    operation_id = "showAccount",
    security(("queueToken" = []), ("accessToken" = [])),
    params(("userId" = String, Path)),
    responses(
        (status = 200, body = AccountBody),
        (status = 401, description = "`해당 유저 정보를 찾을 수 없습니다.`: the token waits, is spent, or is another user's"),
    )
)]
#[get("/payments/{userId}/accounts")]
pub async fn account(path: Path<String>, presented: Presented, v1: V1) -> Result<Json<AccountBody>, Failure> {
    let account = async {
        let bearer = presented.token()?.identity(&v1).await?;
        let WalletBody { user_id, name, balance, .. } = v1.wallet(&bearer, v1::id(&path)?).await?;
        let history = v1.entries(&bearer, user_id, &Page::default()).await?.entries;
        Ok(AccountBody { user_name: name, point: balance, history })
    };
    account.await.map(Json).map_err(|refusal| Route::Account.failure(refusal))
}

/// 7. 결제 요청
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayBody {
    #[schema(value_type = String)]
    ticket_id: Id,
    #[schema(value_type = String)]
    user_id: Id,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaidTicketBody {
    ticket_id: Uuid,
    user_name: String,
    concert_title: String,
    #[schema(value_type = String, example = "2026-12-24")]
    concert_date: NaiveDate,
    /// The seat's number; the first one's where v1 held several.
    concert_seat: Option<u32>,
    #[schema(example = "booked")]
    stat: &'static str,
    #[schema(example = "expire")]
    token_stat: &'static str,
}

/// Pays for a held ticket; the token has done its work then.
#[utoipa::path(
    tag = "document 002",
    operation_id = "payTicket",
    security(("queueToken" = [])),
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = PayBody,
    responses(
        (status = 200, body = PaidTicketBody),
        (status = 202, body = PaidTicketBody, description = "`stat: processing`: the wallet is slow; it always ends, and the same call answers how"),
        (status = 400, description = "`요청을 읽을 수 없습니다`"),
        (status = 401, description = "`해당 티켓 정보를 찾을 수 없습니다.`: no such ticket, or the token is no good for it"),
        (status = 402, description = "`포인트가 부족합니다.`"),
        (status = 404, description = "`임시 점유 시간이 만료되었습니다.`"),
        (status = 409, description = "`idempotency_key_in_flight`"),
        (status = 422, description = "`요청을 처리할 수 없습니다.`: an Idempotency-Key that is none, or was used for something else"),
    )
)]
#[post("/payments/pays")]
pub async fn pay(
    presented: Presented,
    body: Result<RawBody, Problem>,
    v1: V1,
    calendar: Data<Calendar>,
) -> Result<HttpResponse, Failure> {
    let body = read(body)?;
    let (status, paid) = paid(&presented, &body, &v1, *calendar.get_ref())
        .await
        .map_err(|refusal| Route::Pay.failure(refusal))?;
    Ok(HttpResponse::build(status).json(paid))
}

async fn paid(
    presented: &Presented,
    body: &PayBody,
    v1: &V1,
    calendar: Calendar,
) -> Result<(StatusCode, PaidTicketBody), Refusal> {
    let bearer = presented.token()?.identity(v1).await?;
    let user = v1.wallet(&bearer, v1::id(&body.user_id.0)?).await?;
    // Everything that the answer says is looked up first: the payment ends the pass.
    let reservation = v1.reservation(&bearer, v1::id(&body.ticket_id.0)?).await?;
    let performance = v1.performance(&bearer, reservation.schedule_id).await?;
    let answer = |stat, token_stat| ticket(&user, &reservation, &performance, calendar, stat, token_stat);
    match reservation.status.as_str() {
        // The answer to an earlier call was lost; the bearer of the access token still gets it.
        "confirmed" => return Ok((StatusCode::OK, answer("booked", "expire"))),
        "paying" => return Ok((StatusCode::ACCEPTED, answer("processing", "service"))),
        _ => {}
    }
    let payment = v1.pay(&bearer, reservation.reservation_id, presented.idempotency_key.as_ref()).await?;
    match payment.status {
        PaymentStatus::Captured => Ok((StatusCode::OK, answer("booked", "expire"))),
        PaymentStatus::Processing => Ok((StatusCode::ACCEPTED, answer("processing", "service"))),
        PaymentStatus::Declined => Err(v1.why_declined(&bearer, &payment).await),
        PaymentStatus::Refunded => Err(Refusal::hold_expired()),
    }
}

fn ticket(
    user: &WalletBody,
    reservation: &ReservationBody,
    performance: &PerformanceBody,
    calendar: Calendar,
    stat: &'static str,
    token_stat: &'static str,
) -> PaidTicketBody {
    PaidTicketBody {
        ticket_id: reservation.reservation_id,
        user_name: user.name.clone(),
        concert_title: performance.title.clone(),
        concert_date: calendar.date(performance.starts_at),
        concert_seat: reservation.seats.first().map(|seat| seat.number),
        stat,
        token_stat,
    }
}
