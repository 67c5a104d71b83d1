use std::sync::Arc;

use actix_web::web::{Data, Json};
use actix_web::get;
use anyhow::ensure;
use domain::shared::{Clock, UserId};
use service_kit::auth::{AccessTokens, CallingService, Issued, Jwks, SigningKey};
use service_kit::{Context, Problem};

use crate::settings::WalletSettings;

/// The built-in issuer of access tokens, where no OpenID issuer takes its place.
pub struct Issuer {
    built_in: Option<BuiltIn>,
    clock: Arc<dyn Clock>,
}

struct BuiltIn {
    tokens: AccessTokens,
    jwks: Jwks,
    ttl_seconds: u32,
}

impl Issuer {
    pub fn new(settings: &WalletSettings, context: &Context<WalletSettings>) -> anyhow::Result<Self> {
        let clock = Arc::clone(&context.clock);
        if !settings.built_in_issuer {
            return Ok(Self { built_in: None, clock });
        }
        ensure!(!settings.access_key.is_empty(), "BOXOFFICE__WALLET__ACCESS_KEY is not set: the key that signs access tokens");
        let key = SigningKey::from_pem(&settings.access_key.reveal()?)?;
        let jwks = Jwks { keys: vec![key.jwk()] };
        let tokens = AccessTokens::new(key, Arc::clone(&context.ids));
        Ok(Self { built_in: Some(BuiltIn { tokens, jwks, ttl_seconds: settings.access_token_ttl_seconds }), clock })
    }

    pub fn jwks(&self) -> Option<Jwks> {
        self.built_in.as_ref().map(|built_in| built_in.jwks.clone())
    }

    /// A token for a new user.
    pub fn issue(&self, user: UserId, name: &str) -> Result<Issued, Problem> {
        let Some(built_in) = &self.built_in else {
            return Err(Problem::not_found("users come from the OpenID issuer of this installation"));
        };
        let issued = built_in.tokens.issue(user, name, &[], self.clock.now(), built_in.ttl_seconds);
        issued.map_err(|error| Problem::unexpected(&error))
    }
}

/// The keys that verify access tokens of the built-in issuer.
#[utoipa::path(tag = "issuer", responses((status = 200, body = Jwks)))]
#[get("/internal/v1/access-keys")]
pub async fn access_keys(_caller: CallingService, issuer: Data<Issuer>) -> Json<Jwks> {
    Json(issuer.jwks().unwrap_or(Jwks { keys: Vec::new() }))
}
