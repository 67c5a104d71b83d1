//! Errors on the wire: `application/problem+json` (RFC 9457) with a stable `code` and the request's id.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};

use crate::request_id;

/// One problem: what the client is told, and nothing of the cause.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    retry_after_seconds: Option<u64>,
    extras: Map<String, Value>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self { status, code, title, detail: title.to_owned(), retry_after_seconds: None, extras: Map::new() }
    }

    /// What happened this time, for a person to read.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// A named member beside the standard ones.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extras.insert(name.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What happened this time, for a person to read.
    pub fn said(&self) -> &str {
        &self.detail
    }

    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "No valid credential was given").detail(detail)
    }

    pub fn not_admitted(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_admitted", "This credential does not open this door")
            .detail(detail)
    }

    pub fn pass_expired(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "pass_expired", "The pass or queue token has ended")
            .detail(detail)
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is no such thing here").detail(detail)
    }

    /// One `{field, message}` for everything that is wrong with the body.
    pub fn invalid_request<F: Into<String>, M: Into<String>>(
        errors: impl IntoIterator<Item = (F, M)>,
    ) -> Self {
        let errors: Vec<Value> = errors
            .into_iter()
            .map(|(field, message)| json!({ "field": field.into(), "message": message.into() }))
            .collect();
        let detail = errors
            .iter()
            .filter_map(|error| {
                Some(format!("{}: {}", error.get("field")?.as_str()?, error.get("message")?.as_str()?))
            })
            .collect::<Vec<_>>()
            .join("; ");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", "The request does not validate")
            .detail(detail)
            .with("errors", errors)
    }

    pub fn malformed_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_request", "The request could not be read")
            .detail(detail)
    }

    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again in a moment")
            .detail(detail)
            .retry_after(1)
    }

    /// The edge where an unexpected error is logged, once, and its cause kept from the client.
    ///
    /// An error marked [`domain::shared::Unavailable`] is the store or a peer being out of reach: 503, not 500.
    pub fn unexpected(error: &anyhow::Error) -> Self {
        if error.is::<domain::shared::Unavailable>() {
            tracing::warn!(
                asked = request_id::asked(),
                error = format!("{error:#}"),
                "answered 503: something needed is out of reach"
            );
            return Self::unavailable("A part of the service is out of reach; nothing was half done");
        }
        tracing::error!(
            asked = request_id::asked(),
            error = format!("{error:#}"),
            "answered 500: unexpected error"
        );
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong on our side")
    }

    /// The body as it goes out.
    pub fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("type".to_owned(), json!(format!("urn:boxoffice:problem:{}", self.code)));
        body.insert("title".to_owned(), json!(self.title));
        body.insert("status".to_owned(), json!(self.status.as_u16()));
        body.insert("detail".to_owned(), json!(self.detail));
        body.insert("code".to_owned(), json!(self.code));
        body.insert("requestId".to_owned(), json!(request_id::current()));
        body.extend(self.extras.clone());
        Value::Object(body)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110, 11.6.1: a 401 says which scheme would be accepted.
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = self.retry_after_seconds {
            response.insert_header((RETRY_AFTER, seconds));
        }
        response.body(self.body().to_string())
    }
}
