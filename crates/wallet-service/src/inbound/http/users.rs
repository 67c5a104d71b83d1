use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use contracts::wallet::{NewUserBody, UserBody};
use domain::wallet::{NewUser, Wallets};
use service_kit::Problem;
use service_kit::body::Body;

use super::issuer::Issuer;
use super::problem;

/// Makes a user with an empty wallet, and the token that proves who it is.
#[utoipa::path(
    operation_id = "createUser",
    tag = "users",
    request_body = NewUserBody,
    responses(
        (status = 201, description = "The user and their access token", body = UserBody),
        (status = 400, description = "`malformed_request`"),
        (status = 404, description = "`not_found`: users come from an OpenID issuer here"),
        (status = 422, description = "`invalid_request`"),
    )
)]
#[post("/v1/users")]
pub async fn create(
    body: Body<NewUserBody>,
    wallets: Data<Wallets>,
    issuer: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let name = body.0.name().map_err(problem::invalid)?;
    let (user_id, issued) = issuer.issue(&name)?;
    wallets.open(NewUser { id: user_id, name: name.clone() }).await.map_err(problem::of_wallet)?;
    let body =
        UserBody { user_id: user_id.0, name, access_token: issued.token, expires_at: issued.expires_at };
    Ok(HttpResponse::Created().json(body))
}
