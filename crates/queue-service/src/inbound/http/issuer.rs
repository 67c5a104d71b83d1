use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::web::{Data, Json};
use actix_web::{Responder, get};
use contracts::queue::EntryBody;
use domain::queue::{Entry, EntryState, Standing};
use domain::shared::EntryId;
use service_kit::Problem;
use service_kit::auth::{Jwks, PassIssuer, QueueTokens};

use crate::settings::QueueSettings;

/// Gives out queue tokens and passes: the same place and the same admission always get the same ones.
pub struct Issuer {
    passes: PassIssuer,
    queue_tokens: QueueTokens,
    jwks: Jwks,
}

impl Issuer {
    pub fn new(settings: &QueueSettings) -> anyhow::Result<Self> {
        let keys = settings.pass_keys()?;
        let jwks = keys.jwks();
        Ok(Self { passes: PassIssuer::new(keys.current), queue_tokens: settings.queue_tokens()?, jwks })
    }

    pub fn jwks(&self) -> Jwks {
        self.jwks.clone()
    }

    pub fn queue_token(&self, entry: EntryId) -> String {
        self.queue_tokens.issue(entry)
    }

    /// What a fan is told of a place, with everything that it entitles to. A place has one token with one spelling, so
    /// whoever has shown it is told the same one, without another 1.7 µs for making it.
    pub fn body(&self, standing: &Standing, queue_token: String) -> Result<EntryBody, Problem> {
        let pass = self.pass(&standing.entry).map_err(|error| Problem::unexpected(&error))?;
        Ok(EntryBody::new(standing, queue_token, pass))
    }

    fn pass(&self, entry: &Entry) -> anyhow::Result<Option<String>> {
        match entry.state {
            EntryState::Admitted { admitted_at, expires_at } => {
                self.passes.issue(entry.id, entry.queue_id, entry.user_id, admitted_at, expires_at).map(Some)
            }
            EntryState::Waiting | EntryState::Done | EntryState::Expired => Ok(None),
        }
    }
}

/// A minute: as long as a new key is published before it signs. Whoever meets an unknown key asks again anyway.
const CACHED: (HeaderName, &str) = (CACHE_CONTROL, "public, max-age=60");

/// The keys that verify passes.
#[utoipa::path(tag = "passes", operation_id = "passKeys", responses((status = 200, body = Jwks)))]
#[get("/.well-known/jwks.json")]
pub async fn pass_keys(issuer: Data<Issuer>) -> impl Responder {
    Json(issuer.jwks()).customize().insert_header(CACHED)
}
