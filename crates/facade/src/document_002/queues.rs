use actix_web::web::Json;
use actix_web::{get, post};
use contracts::queue::{EntryBody, EntryStatus};
use serde::Serialize;
use service_kit::auth::looks_like_queue_token;
use utoipa::ToSchema;
use uuid::Uuid;

use super::wording::Route;
use crate::failure::Failure;
use crate::request::Presented;
use crate::v1::{Refusal, V1};

/// The name of a user who was not asked for one: "guest".
const GUEST: &str = "손님";

/// 1. 대기열 진입. `userId` is added: later calls of the document ask for it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueTokenBody {
    user_token: String,
    token_status: TokenStatus,
    #[schema(example = "현재 대기열은 3명입니다.")]
    message: String,
    user_id: Uuid,
    /// Added: fans in front and this one; 0 once inside.
    position: u64,
    /// Added: milliseconds until it is worth asking again.
    poll_after_ms: u64,
    /// Added, for a new user only: what still proves who they are when the token has expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access_token: Option<String>,
}

/// `complete` comes with a 401: a token that has done its work opens nothing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenStatus {
    Wait,
    Service,
    Complete,
}

impl From<EntryStatus> for TokenStatus {
    fn from(status: EntryStatus) -> Self {
        match status {
            EntryStatus::Waiting => Self::Wait,
            EntryStatus::Admitted => Self::Service,
            EntryStatus::Done | EntryStatus::Expired => Self::Complete,
        }
    }
}

impl QueueTokenBody {
    fn new(entry: EntryBody, access_token: Option<String>) -> Self {
        Self {
            user_token: entry.queue_token,
            token_status: entry.status.into(),
            message: format!("현재 대기열은 {}명입니다.", entry.waiting),
            user_id: entry.user_id,
            position: entry.position,
            poll_after_ms: entry.poll_after_ms,
            access_token,
        }
    }
}

/// Enters the queue: a new user without a token, with an access token its bearer.
#[utoipa::path(
    tag = "document 002",
    operation_id = "enterQueue",
    responses(
        (status = 200, body = QueueTokenBody),
        (status = 400, description = "`대기열에 진입할 수 없습니다.`: the token is no good, or the queue takes nobody"),
    )
)]
#[post("/queues")]
pub async fn enter(presented: Presented, v1: V1) -> Result<Json<QueueTokenBody>, Failure> {
    entered(&presented, &v1).await.map(Json).map_err(|refusal| Route::Entry.failure(refusal))
}

async fn entered(presented: &Presented, v1: &V1) -> Result<QueueTokenBody, Refusal> {
    match presented.given() {
        None => {
            let user = v1.register(GUEST).await?;
            let entry = v1.join(&user.access_token).await?;
            Ok(QueueTokenBody::new(entry, Some(user.access_token)))
        }
        Some(token) if looks_like_queue_token(token.place()) => {
            Ok(QueueTokenBody::new(v1.poll(token.place()).await?, None))
        }
        Some(token) => Ok(QueueTokenBody::new(v1.join(token.place()).await?, None)),
    }
}

/// Added, for polling: where the bearer of the queue token stands.
#[utoipa::path(
    tag = "document 002",
    operation_id = "pollQueue",
    security(("queueToken" = [])),
    responses(
        (status = 200, body = QueueTokenBody),
        (status = 401, description = "`해당 서비스를 이용하실 수 없습니다.`, with `tokenStatus: complete` where the place has ended"),
        (status = 429, description = "Too early by more than two seconds; `Retry-After`"),
    )
)]
#[get("/queues")]
pub async fn poll(presented: Presented, v1: V1) -> Result<Json<QueueTokenBody>, Failure> {
    let standing = async { v1.poll(presented.token()?.place()).await };
    let entry = standing.await.map_err(|refusal| Route::Poll.failure(refusal))?;
    Ok(Json(QueueTokenBody::new(entry, None)))
}
