use actix_web::get;
use actix_web::web::{Data, Json, Path, Query};
use contracts::wallet::{WalletBody, WalletEntriesBody};
use domain::shared::UserId;
use domain::wallet::{NewUser, WalletError, Wallets};
use service_kit::Problem;
use service_kit::auth::Identity;
use service_kit::paging::PageQuery;
use uuid::Uuid;

use super::problem;

/// What the caller can spend.
#[utoipa::path(
    tag = "wallets",
    params(("userId" = Uuid, Path)),
    responses(
        (status = 200, body = WalletBody),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 404, description = "`not_found`: no such wallet, or another's"),
    )
)]
#[get("/v1/wallets/{userId}")]
pub async fn show(path: Path<Uuid>, caller: Identity, wallets: Data<Wallets>) -> Result<Json<WalletBody>, Problem> {
    let user = owner(&path, &caller, &wallets).await?;
    let wallet = wallets.wallet(user).await.map_err(problem::of_wallet)?;
    Ok(Json(wallet.into()))
}

/// The caller's journal, newest first.
#[utoipa::path(
    tag = "wallets",
    params(("userId" = Uuid, Path), PageQuery),
    responses(
        (status = 200, body = WalletEntriesBody),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 404, description = "`not_found`: no such wallet, or another's"),
        (status = 422, description = "`invalid_request`"),
    )
)]
#[get("/v1/wallets/{userId}/entries")]
pub async fn entries(
    path: Path<Uuid>,
    page: Query<PageQuery>,
    caller: Identity,
    wallets: Data<Wallets>,
) -> Result<Json<WalletEntriesBody>, Problem> {
    let user = owner(&path, &caller, &wallets).await?;
    let page = wallets.statement(user, page.request()?).await.map_err(problem::of_wallet)?;
    Ok(Json(page.into()))
}

/// The user whose wallet the path names, if that is the caller: another's looks like none at all. A fan whom an
/// OpenID issuer vouches for has a wallet from the first time they ask.
pub async fn owner(path: &Uuid, caller: &Identity, wallets: &Wallets) -> Result<UserId, Problem> {
    let user = UserId(*path);
    if caller.user_id != user {
        return Err(problem::of_wallet(WalletError::NoSuchUser));
    }
    if let (Some(name), Err(WalletError::NoSuchUser)) = (&caller.name, wallets.wallet(user).await) {
        wallets.open(NewUser { id: user, name: name.clone() }).await.map_err(problem::of_wallet)?;
    }
    Ok(user)
}
