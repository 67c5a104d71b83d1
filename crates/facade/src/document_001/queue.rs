use actix_web::get;
use actix_web::web::{Json, Path};
use contracts::queue::{EntryBody, EntryStatus};
use serde::Serialize;
use service_kit::auth::looks_like_queue_token;
use utoipa::ToSchema;
use uuid::Uuid;

use super::wording::Route;
use crate::failure::Failure;
use crate::request::Presented;
use crate::token::Token;
use crate::v1::{self, Refusal, V1};

/// 토큰, 상태, 순번
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceBody {
    user_id: Uuid,
    token: String,
    status: PlaceStatus,
    /// Fans in front and this one; 0 with `working`: enter.
    position: u64,
    /// Added: milliseconds until it is worth asking again.
    poll_after_ms: u64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlaceStatus {
    Waiting,
    Working,
}

impl PlaceBody {
    fn new(entry: &EntryBody, token: String) -> Result<Self, Refusal> {
        let status = match entry.status {
            EntryStatus::Waiting => PlaceStatus::Waiting,
            EntryStatus::Admitted => PlaceStatus::Working,
            // v1 answers 401 for these.
            EntryStatus::Done | EntryStatus::Expired => return Err(Refusal::not_admitted()),
        };
        let EntryBody { user_id, position, poll_after_ms, .. } = *entry;
        Ok(Self { user_id, token, status, position, poll_after_ms })
    }
}

/// The user's token; the first look takes a place in line.
#[utoipa::path(
    tag = "document 001",
    operation_id = "showPlace",
    security(("accessToken" = []), ("queueToken" = [])),
    params(("userId" = String, Path)),
    responses(
        (status = 200, body = PlaceBody),
        (status = 401, description = "`유효하지 않은 사용자입니다.`: no token, or one that is no good"),
        (status = 404, description = "`유효하지 않은 사용자입니다.`: no such user, or the token is another's"),
        (status = 409, description = "`대기열에 진입할 수 없습니다.`"),
    )
)]
#[get("/api/queue/{userId}")]
pub async fn poll(path: Path<String>, presented: Presented, v1: V1) -> Result<Json<PlaceBody>, Failure> {
    place(&path, &presented, &v1).await.map(Json).map_err(|refusal| Route::Queue.failure(refusal))
}

async fn place(user: &str, presented: &Presented, v1: &V1) -> Result<PlaceBody, Refusal> {
    let user = v1::id(user)?;
    let token = presented.token()?;
    if looks_like_queue_token(token.place()) {
        match (v1.poll(token.place()).await, token.owner()) {
            (Ok(entry), _) if entry.user_id != user => return Err(Refusal::not_found()),
            (Ok(entry), Some(owner)) => {
                return PlaceBody::new(&entry, Token::write(&entry.queue_token, owner));
            }
            (Ok(entry), None) => return PlaceBody::new(&entry, entry.queue_token.clone()),
            // The place has ended: its owner may take another.
            (Err(refusal), Some(_)) if refusal.is_about_a_spent_token() => {}
            (Err(refusal), _) => return Err(refusal),
        }
    }
    let access_token = token.owner().unwrap_or(token.place());
    v1.wallet(access_token, user).await?;
    let entry = v1.join(access_token).await?;
    PlaceBody::new(&entry, Token::write(&entry.queue_token, access_token))
}
