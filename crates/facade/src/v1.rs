//! v1, as any client of the public contract sees it.

mod box_office;
mod catalogue;
mod forwarded;
mod waiting_room;
mod wallet;

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use anyhow::anyhow;
use reqwest::header::{HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use service_kit::settings::{PeerSettings, Settings};
use service_kit::{Problem, client, request_id, telemetry};
use uuid::Uuid;

use crate::settings::FacadeSettings;

pub use wallet::Page;

/// Where v1 is, and for whom it is asked. Every call is made once: whether to repeat it is the client's to say, who has
/// the key.
#[derive(Clone)]
pub struct V1 {
    client: Client,
    peers: Arc<PeerSettings>,
    main_queue: Uuid,
    trusted_proxy_hops: usize,
    forwarded_for: Option<HeaderValue>,
}

impl FromRequest for V1 {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    /// v1 for the client whose request is being served.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = request.app_data::<Self>().map(|v1| {
            let forwarded_for = forwarded::handed_on(request, v1.trusted_proxy_hops);
            Self { forwarded_for, ..v1.clone() }
        });
        ready(found.ok_or_else(|| Problem::unexpected(&anyhow!("the facade was not told where v1 is"))))
    }
}

/// v1 said no, or nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    pub status: StatusCode,
    /// Of the problem, as in `seat_unavailable`.
    pub code: String,
    /// The first field of the body that does not validate.
    pub field: Option<String>,
    pub retry_after: Option<String>,
}

/// The parts of a problem (RFC 9457) that are translated.
#[derive(Deserialize, Default)]
struct ProblemBody {
    #[serde(default)]
    code: String,
    #[serde(default)]
    errors: Vec<FieldError>,
}

#[derive(Deserialize)]
struct FieldError {
    field: String,
}

impl Refusal {
    fn new(status: StatusCode, code: &str) -> Self {
        Self { status, code: code.to_owned(), field: None, retry_after: None }
    }

    /// As v1 answers where no credential is shown.
    pub fn no_credential() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated")
    }

    /// As v1 answers to a waiting fan where a pass is needed.
    pub fn not_admitted() -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_admitted")
    }

    /// As v1 answers to an id that is not there, or another's.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    /// As v1 answers to an amount that does not validate.
    pub fn invalid_amount() -> Self {
        let field = Some("amount".to_owned());
        Self { field, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request") }
    }

    /// As v1 answers to a page that cannot be.
    pub fn invalid_page() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request")
    }

    /// As v1 answers to a payment for which there is too little.
    pub fn insufficient_balance() -> Self {
        Self::new(StatusCode::PAYMENT_REQUIRED, "insufficient_balance")
    }

    /// As v1 answers where something is out of reach.
    pub fn unavailable() -> Self {
        let retry_after = Some("1".to_owned());
        Self { retry_after, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable") }
    }

    /// Whether the place or pass has ended.
    pub fn is_about_a_spent_token(&self) -> bool {
        self.code == "pass_expired"
    }

    /// Whether this field of the body is what does not validate.
    pub fn is_about(&self, field: &str) -> bool {
        self.field.as_deref() == Some(field)
    }

    /// As v1 answers where seats are no longer held.
    pub fn hold_expired() -> Self {
        Self::new(StatusCode::CONFLICT, "hold_expired")
    }

    /// The same, where what was not found is the user whose credential this should have been.
    #[must_use]
    pub fn about_the_credential(self) -> Self {
        if self.status == StatusCode::NOT_FOUND {
            Self { status: StatusCode::UNAUTHORIZED, ..self }
        } else {
            self
        }
    }

    /// No answer: whether it was done is unknown.
    fn no_answer(error: reqwest::Error) -> Self {
        tracing::warn!(
            asked = request_id::asked(),
            error = format!("{:#}", anyhow!(error)),
            "answered 503: v1 gave no answer"
        );
        Self::unavailable()
    }

    /// What the documents have words for, and what they have not.
    pub fn class(&self) -> Class {
        match self.status.as_u16() {
            401 | 403 => Class::Credential,
            429 | 500.. => Class::Later,
            _ => Class::Refused,
        }
    }
}

/// Whose fault it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// The credential is missing, forged, of the wrong kind, waiting or spent.
    Credential,
    /// Too early, or something is out of reach.
    Later,
    /// What was asked for can not be had; the code says why.
    Refused,
}

impl V1 {
    pub fn new(settings: &Settings<FacadeSettings>) -> anyhow::Result<Self> {
        let Settings { shared, service } = settings;
        Ok(Self {
            client: client::build(Duration::from_millis(service.deadline_ms))?,
            peers: Arc::new(shared.peers.clone()),
            main_queue: service.main_queue_id,
            trusted_proxy_hops: shared.http.trusted_proxy_hops,
            forwarded_for: None,
        })
    }

    /// A request under the id of the one that is being served, for its client.
    fn request(&self, method: Method, base: &str, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", base.trim_end_matches('/'));
        let request = self.client.request(method, url).header(request_id::HEADER, request_id::current());
        match &self.forwarded_for {
            Some(client) => request.header(forwarded::HEADER, client.clone()),
            None => request,
        }
    }

    async fn answer<A: DeserializeOwned>(&self, request: RequestBuilder) -> Result<A, Refusal> {
        let response = telemetry::send(request, 0).await.map_err(Refusal::no_answer)?;
        let status = response.status();
        if status.is_success() {
            return response.json().await.map_err(Refusal::no_answer);
        }
        let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = header.map(str::to_owned);
        let ProblemBody { code, errors } = response.json().await.unwrap_or_default();
        let status = StatusCode::from_u16(status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
        let field = errors.into_iter().next().map(|error| error.field);
        Err(Refusal { status, code, field, retry_after })
    }
}

/// The id in a path or body; what is no id at all is nobody's.
pub fn id(text: &str) -> Result<Uuid, Refusal> {
    text.parse().map_err(|_| Refusal::not_found())
}

/// Hands the client's own key on, so that v1 knows a repetition for one.
fn keyed(request: RequestBuilder, key: Option<&HeaderValue>) -> RequestBuilder {
    match key {
        Some(key) => request.header("idempotency-key", key.clone()),
        None => request,
    }
}
