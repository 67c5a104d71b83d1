use actix_web::get;
use actix_web::web::{Data, Json, Path};
use contracts::wallet::{NewUserBody, WalletBody, WalletEntriesBody};
use domain::shared::UserId;
use domain::wallet::{NewUser, WalletError, Wallets};
use service_kit::Problem;
use service_kit::auth::Identity;
use service_kit::paging::PageQuery;
use service_kit::query::Query;
use uuid::Uuid;

use super::problem;

/// What the caller can spend.
#[utoipa::path(
    operation_id = "showWallet",
    tag = "wallets",
    params(("userId" = Uuid, Path)),
    security(("accessToken" = []), ("pass" = [])),
    responses(
        (status = 200, description = "The wallet", body = WalletBody),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: neither an access token nor a pass"),
        (status = 404, description = "`not_found`: no such wallet, or another's"),
    )
)]
#[get("/v1/wallets/{userId}")]
pub async fn show(
    path: Path<Uuid>,
    caller: Identity,
    wallets: Data<Wallets>,
) -> Result<Json<WalletBody>, Problem> {
    let user = owner(&path, &caller, &wallets).await?;
    let wallet = wallets.wallet(user).await.map_err(problem::of_wallet)?;
    Ok(Json(wallet.into()))
}

/// The caller's journal, newest first.
#[utoipa::path(
    operation_id = "listWalletEntries",
    tag = "wallets",
    params(("userId" = Uuid, Path), PageQuery),
    security(("accessToken" = []), ("pass" = [])),
    responses(
        (status = 200, description = "A page of entries", body = WalletEntriesBody),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: neither an access token nor a pass"),
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
/// OpenID issuer or a pass vouches for has a wallet from the first time they ask.
pub async fn owner(path: &Uuid, caller: &Identity, wallets: &Wallets) -> Result<UserId, Problem> {
    let user = UserId(*path);
    if caller.user_id != user {
        return Err(problem::of_wallet(WalletError::NoSuchUser));
    }
    if let Err(WalletError::NoSuchUser) = wallets.wallet(user).await {
        wallets.open(NewUser { id: user, name: name_of(caller) }).await.map_err(problem::of_wallet)?;
    }
    Ok(user)
}

/// Not every credential says a name, and an outside issuer may say one that no wallet takes: then the id stands for it.
fn name_of(caller: &Identity) -> String {
    let name = caller.name.clone().map(|name| NewUserBody { name }.name());
    name.and_then(Result::ok).unwrap_or_else(|| caller.user_id.to_string())
}
