//! `{"error": "…"}`: what the documents answer instead of a success.

use std::fmt::{self, Display};

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;
use service_kit::Problem;

use crate::v1::Refusal;

/// One failure: the text of the document, and v1's code for programs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    status: StatusCode,
    error: String,
    code: String,
    retry_after: Option<String>,
}

/// v1's code for a token that has done its work.
const SPENT: &str = "pass_expired";

impl Failure {
    /// `refusal` under the status and in the words of a document.
    pub fn worded(refusal: Refusal, status: StatusCode, error: &str) -> Self {
        let Refusal { status: _, code, field: _, retry_after } = refusal;
        Self { status, error: error.to_owned(), code, retry_after }
    }

    /// Too early, or out of reach: no document speaks of it, so v1's status and `Retry-After` stand.
    pub fn later(refusal: Refusal) -> Self {
        let (status, text) = if refusal.status == StatusCode::TOO_MANY_REQUESTS {
            (StatusCode::TOO_MANY_REQUESTS, "요청이 너무 잦습니다. 잠시 후 다시 시도해 주세요.")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "일시적으로 이용할 수 없습니다. 잠시 후 다시 시도해 주세요.")
        };
        Self::worded(refusal, status, text)
    }

    /// No document has words for it: v1's status, and its code for the rest.
    pub fn unnamed(refusal: Refusal) -> Self {
        let status = refusal.status;
        Self::worded(refusal, status, "요청을 처리할 수 없습니다.")
    }

    /// A body that is no JSON of the right shape.
    pub fn unreadable(cause: &dyn Display) -> Self {
        Self::unread(&Problem::malformed_request(cause.to_string()))
    }

    /// A body that did not come, or not within what is allowed.
    pub fn unread(problem: &Problem) -> Self {
        Self {
            status: problem.status_code(),
            error: format!("요청을 읽을 수 없습니다: {}", problem.said()),
            code: problem.code().to_owned(),
            retry_after: None,
        }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.error)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110, 11.6.1: a 401 says which scheme would be accepted.
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = &self.retry_after {
            response.insert_header((RETRY_AFTER, seconds.as_str()));
        }
        let mut body = json!({ "error": self.error, "code": self.code });
        if let (SPENT, Some(fields)) = (self.code.as_str(), body.as_object_mut()) {
            // Document 002's word for a token that was used up or ran out.
            fields.insert("tokenStatus".to_owned(), json!("complete"));
        }
        response.json(body)
    }
}
