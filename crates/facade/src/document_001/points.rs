use actix_web::web::{Json, Path};
use actix_web::{get, patch};
use chrono::{DateTime, Utc};
use contracts::wallet::{WalletEntryBody, WalletEntryType};
use serde::{Deserialize, Serialize};
use service_kit::Problem;
use service_kit::body::RawBody;
use service_kit::query::Query;
use utoipa::ToSchema;
use uuid::Uuid;

use super::wording::Route;
use crate::failure::Failure;
use crate::request::{Presented, Won, read};
use crate::v1::{self, Page, Refusal, V1};

/// 현재 포인트 정보
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PointBody {
    user_id: Uuid,
    /// Won.
    point: i64,
    /// The same under the name that the document's table `point` gives it.
    amount: i64,
}

#[derive(Deserialize, ToSchema)]
pub struct NewPointsBody {
    /// Won, at least 1: a number or its digits.
    #[serde(default)]
    #[schema(value_type = String, example = "50000")]
    amount: Won,
}

/// 충전 결과
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChargedPointsBody {
    user_id: Uuid,
    /// Won: what was charged.
    amount: i64,
    /// Won: the balance after it.
    point: i64,
    charge_id: Uuid,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryBody {
    user_id: Uuid,
    /// Newest first.
    histories: Vec<PointHistoryBody>,
    /// For `?cursor=`, where there is more.
    next_cursor: Option<String>,
}

/// The document's table `point_history`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PointHistoryBody {
    id: Uuid,
    /// Won; positive came in, negative was used.
    amount: i64,
    r#type: PointHistoryType,
    /// Won, after it.
    point: i64,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PointHistoryType {
    /// 충전
    Charge,
    /// 사용
    Use,
    /// A use that was given back.
    Refund,
}

impl From<WalletEntryBody> for PointHistoryBody {
    fn from(entry: WalletEntryBody) -> Self {
        let r#type = match entry.r#type {
            WalletEntryType::Charge => PointHistoryType::Charge,
            WalletEntryType::Payment => PointHistoryType::Use,
            WalletEntryType::Refund => PointHistoryType::Refund,
        };
        Self {
            id: entry.entry_id,
            amount: entry.amount,
            r#type,
            point: entry.balance_after,
            created_at: entry.created_at,
        }
    }
}

/// The balance.
#[utoipa::path(
    tag = "document 001",
    operation_id = "showPoint",
    security(("accessToken" = []), ("queueToken" = [])),
    params(("userId" = String, Path)),
    responses(
        (status = 200, body = PointBody),
        (status = 401, description = "`존재하지 않는 유저입니다.`: no token, or one that is no good"),
        (status = 404, description = "`존재하지 않는 유저입니다.`: no such user, or the token is another's"),
    )
)]
#[get("/api/point/{userId}")]
pub async fn show(path: Path<String>, presented: Presented, v1: V1) -> Result<Json<PointBody>, Failure> {
    let wallet = async {
        let identity = presented.token()?.identity(&v1).await?;
        v1.wallet(&identity, v1::id(&path)?).await
    };
    let wallet = wallet.await.map_err(|refusal| Route::Point.failure(refusal))?;
    Ok(Json(PointBody { user_id: wallet.user_id, point: wallet.balance, amount: wallet.balance }))
}

/// Charges points.
#[utoipa::path(
    tag = "document 001",
    operation_id = "chargePoint",
    security(("accessToken" = []), ("queueToken" = [])),
    params(("userId" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = NewPointsBody,
    responses(
        (status = 200, body = ChargedPointsBody),
        (status = 400, description = "`요청을 읽을 수 없습니다`"),
        (status = 401, description = "`존재하지 않는 유저입니다.`: no token, or one that is no good"),
        (status = 402, description = "`충전할 수 없는 금액입니다.`: the payment provider declined"),
        (status = 404, description = "`존재하지 않는 유저입니다.`: no such user, or the token is another's"),
        (status = 409, description = "`idempotency_key_in_flight`"),
        (status = 422, description = "`충전할 수 없는 금액입니다.`"),
    )
)]
#[patch("/api/point/{userId}")]
pub async fn charge(
    path: Path<String>,
    presented: Presented,
    body: Result<RawBody, Problem>,
    v1: V1,
) -> Result<Json<ChargedPointsBody>, Failure> {
    let NewPointsBody { amount } = read(body)?;
    let charged = async {
        let identity = presented.token()?.identity(&v1).await?;
        let user = v1.wallet(&identity, v1::id(&path)?).await?.user_id;
        let amount = amount.0.ok_or_else(v1::Refusal::invalid_amount)?;
        let charge = v1.charge(&identity, user, amount, presented.idempotency_key.as_ref()).await?;
        Ok((user, charge))
    };
    let (user_id, charge) = charged.await.map_err(|refusal| Route::Point.failure(refusal))?;
    Ok(Json(ChargedPointsBody {
        user_id,
        amount: charge.amount,
        point: charge.balance,
        charge_id: charge.charge_id,
        created_at: charge.created_at,
    }))
}

/// How the balance came about.
#[utoipa::path(
    tag = "document 001",
    operation_id = "listPointHistory",
    security(("accessToken" = []), ("queueToken" = [])),
    params(
        ("userId" = String, Path), ("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query),
    ),
    responses(
        (status = 200, body = HistoryBody),
        (status = 401, description = "`존재하지 않는 유저입니다.`: no token, or one that is no good"),
        (status = 404, description = "`존재하지 않는 유저입니다.`: no such user, or the token is another's"),
        (status = 422, description = "`요청을 처리할 수 없습니다.`: no page that can be"),
    )
)]
#[get("/api/point/{userId}/history")]
pub async fn history(
    path: Path<String>,
    page: Result<Query<Page>, Problem>,
    presented: Presented,
    v1: V1,
) -> Result<Json<HistoryBody>, Failure> {
    let page = async {
        let identity = presented.token()?.identity(&v1).await?;
        let user = v1::id(&path)?;
        let Query(page) = page.map_err(|_unreadable| Refusal::invalid_page())?;
        Ok((user, v1.entries(&identity, user, &page).await?))
    };
    let (user_id, page) = page.await.map_err(|refusal| Route::Point.failure(refusal))?;
    let histories = page.entries.into_iter().map(Into::into).collect();
    Ok(Json(HistoryBody { user_id, histories, next_cursor: page.next_cursor }))
}
