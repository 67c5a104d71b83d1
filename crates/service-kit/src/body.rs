//! Request bodies: read strictly, and what is wrong with them named by field.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::time::timeout;

use crate::problem::Problem;

/// How long a whole body may take to come.
#[derive(Clone, Copy, Debug)]
pub struct BodyTimeout(pub Duration);

impl Default for BodyTimeout {
    /// As in `config/default.toml`: for apps that were not made by [`crate::http::serve`].
    fn default() -> Self {
        Self(Duration::from_secs(10))
    }
}

/// The bytes of a body: 413 where there are more than allowed, 408 where they take longer.
pub struct RawBody(pub web::Bytes);

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = web::Bytes::from_request(request, payload);
        let BodyTimeout(longest) = request.app_data().copied().unwrap_or_default();
        Box::pin(async move {
            match timeout(longest, bytes).await {
                Ok(Ok(bytes)) => Ok(Self(bytes)),
                Ok(Err(error)) => Err(unreadable(&error)),
                Err(_elapsed) => Err(Problem::new(
                    StatusCode::REQUEST_TIMEOUT,
                    "request_timeout",
                    "The request took too long to come",
                )),
            }
        })
    }
}

fn unreadable(error: &actix_web::Error) -> Problem {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The body is too large")
        }
        _ => Problem::malformed_request(error.to_string()),
    }
}

/// A JSON body. Malformed JSON is 400; JSON of another shape, with a field too many or too few, is 422.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = RawBody::from_request(request, payload);
        Box::pin(async move { read(&body.await?.0).map(Body) })
    }
}

/// Reads a body as [`Body`] does.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would read the fields of a struct from a list too, in their order.
    if bytes.trim_ascii_start().starts_with(b"[") && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        return Err(Problem::invalid_request([("body", "must be an object")]));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.inner();
        if cause.is_data() {
            let message = cause.to_string();
            // serde appends where in the text it stood, which the field's name says better.
            let message = message.split(" at line ").next().unwrap_or_default();
            Problem::invalid_request([(field(&path, message), message)])
        } else {
            Problem::malformed_request(format!("the body is no JSON: {cause}"))
        }
    })?;
    json.end().map_err(|error| Problem::malformed_request(format!("the body is no JSON: {error}")))?;
    Ok(value)
}

/// The field at fault: serde names a missing or unknown one in its message, any other by the path to it.
pub(crate) fn field(path: &str, message: &str) -> String {
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix)?.split('`').next());
    match (path, named) {
        (".", Some(name)) => name.to_owned(),
        (".", None) => "body".to_owned(),
        (path, Some(name)) if path.ends_with(name) => path.to_owned(),
        (path, Some(name)) => format!("{path}.{name}"),
        (path, None) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Charge {
        #[expect(dead_code, reason = "only its parsing is looked at")]
        amount: i64,
    }

    fn field_at_fault(body: &str) -> String {
        let problem = read::<Charge>(body.as_bytes()).unwrap_err().body();
        match problem["code"].as_str().unwrap() {
            "invalid_request" => problem["errors"][0]["field"].as_str().unwrap().to_owned(),
            code => code.to_owned(),
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(field_at_fault("{\"amount\":\"x\"}"), "amount");
        assert_eq!(field_at_fault("{}"), "amount");
        assert_eq!(field_at_fault("{\"amount\":1,\"bonus\":2}"), "bonus");
        assert_eq!(field_at_fault("[]"), "body");
        assert_eq!(field_at_fault("[500]"), "body");
        assert_eq!(field_at_fault("{\"amount\":"), "malformed_request");
        assert_eq!(field_at_fault("{\"amount\":1} x"), "malformed_request");
        assert_eq!(field_at_fault(""), "malformed_request");
    }
}
