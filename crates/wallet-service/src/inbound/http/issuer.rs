use std::sync::Arc;

use actix_web::get;
use actix_web::web::{Data, Json};
use anyhow::ensure;
use domain::shared::{Clock, IdGenerator, UserId};
use service_kit::auth::{AccessTokens, CallingService, Issued, Jwks, KeyRing};
use service_kit::{Context, Problem};

use crate::settings::WalletSettings;

/// The built-in issuer of access tokens, where no OpenID issuer takes its place.
pub struct Issuer {
    built_in: Option<BuiltIn>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

struct BuiltIn {
    tokens: AccessTokens,
    jwks: Jwks,
    ttl_seconds: u32,
}

impl Issuer {
    pub fn new(settings: &WalletSettings, context: &Context<WalletSettings>) -> anyhow::Result<Self> {
        let (clock, ids) = (Arc::clone(&context.clock), Arc::clone(&context.ids));
        if !context.settings.shared.auth.openid_jwks_url.is_empty() {
            return Ok(Self { built_in: None, clock, ids });
        }
        ensure!(
            !settings.access_key.is_empty(),
            "BOXOFFICE__WALLET__ACCESS_KEY is not set: the key that signs access tokens"
        );
        let keys = KeyRing::read(
            ("BOXOFFICE__WALLET__ACCESS_KEY", &settings.access_key),
            ("BOXOFFICE__WALLET__PREVIOUS_ACCESS_KEYS", &settings.previous_access_keys),
        )?;
        let jwks = keys.jwks();
        let tokens = AccessTokens::new(keys.current, Arc::clone(&ids));
        let built_in = BuiltIn { tokens, jwks, ttl_seconds: settings.access_token_ttl_seconds };
        Ok(Self { built_in: Some(built_in), clock, ids })
    }

    pub fn jwks(&self) -> Option<Jwks> {
        self.built_in.as_ref().map(|built_in| built_in.jwks.clone())
    }

    /// A new user, and the token that proves who it is.
    pub fn issue(&self, name: &str) -> Result<(UserId, Issued), Problem> {
        let Some(built_in) = &self.built_in else {
            return Err(Problem::not_found("users come from the OpenID issuer of this installation"));
        };
        let user = UserId(self.ids.next());
        let issued = built_in.tokens.issue(user, name, &[], self.clock.now(), built_in.ttl_seconds);
        issued.map(|issued| (user, issued)).map_err(|error| Problem::unexpected(&error))
    }
}

/// The keys that verify access tokens of the built-in issuer.
#[utoipa::path(tag = "issuer", responses((status = 200, body = Jwks)))]
#[get("/internal/v1/access-keys")]
pub async fn access_keys(_caller: CallingService, issuer: Data<Issuer>) -> Json<Jwks> {
    Json(issuer.jwks().unwrap_or(Jwks { keys: Vec::new() }))
}
