//! What the documents' clients send, read as forgivingly as the documents are written.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use reqwest::header::HeaderValue;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use service_kit::Problem;
use service_kit::body::RawBody;

use crate::failure::Failure;
use crate::token::Token;
use crate::v1::Refusal;

/// Who asks: the `Authorization` header with or without `Bearer `, and the key under which a repetition is known.
/// It is never printed.
pub struct Presented {
    token: Option<String>,
    pub idempotency_key: Option<HeaderValue>,
}

impl Presented {
    /// The token shown, or a refusal as v1 would answer to none.
    pub fn token(&self) -> Result<Token<'_>, Refusal> {
        self.given().ok_or_else(Refusal::no_credential)
    }

    /// The token shown, if any.
    pub fn given(&self) -> Option<Token<'_>> {
        self.token.as_deref().map(Token::read)
    }
}

impl FromRequest for Presented {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = request.headers().get("idempotency-key");
        let idempotency_key = key.and_then(|key| HeaderValue::from_bytes(key.as_bytes()).ok());
        ready(Ok(Self { token: token(request.headers()), idempotency_key }))
    }
}

/// The token in the headers, if there is an `Authorization` at all. One that can not be read, or two, which would leave
/// open what is meant, are the empty token: nobody's.
fn token(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(AUTHORIZATION);
    let value = match (values.next()?.to_str(), values.next()) {
        (Ok(value), None) => value.trim(),
        (Ok(_) | Err(_), _) => return Some(String::new()),
    };
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    let token = if scheme.eq_ignore_ascii_case("bearer") { token } else { value };
    Some(token.trim().to_owned())
}

/// A JSON body, whatever its `Content-Type` says: `curl -d` names none.
pub fn read<T: DeserializeOwned>(body: Result<RawBody, Problem>) -> Result<T, Failure> {
    let RawBody(body) = body.map_err(|problem| Failure::unread(&problem))?;
    serde_json::from_slice(&body).map_err(|error| Failure::unreadable(&error))
}

/// The documents write ids as strings in one place and as numbers in another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Id(pub String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::String(text) => Self(text),
            other => Self(other.to_string()),
        })
    }
}

/// A number of won, or a text of digits; `None` where it is neither, so that the document's own text can say so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Won(pub Option<i64>);

impl<'de> Deserialize<'de> for Won {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_i64(),
            Value::String(digits) => digits.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn shown(values: &[&str]) -> Option<String> {
        let request = values
            .iter()
            .fold(TestRequest::default(), |request, value| request.append_header((AUTHORIZATION, *value)));
        token(request.to_http_request().headers())
    }

    #[test]
    fn a_token_is_taken_with_and_without_its_scheme() {
        for value in ["q1.abc", "Bearer q1.abc", "bearer q1.abc", " q1.abc ", "BEARER  q1.abc"] {
            assert_eq!(shown(&[value]).as_deref(), Some("q1.abc"), "{value}");
        }
    }

    #[test]
    fn a_header_that_can_not_be_read_is_not_taken_for_none() {
        assert_eq!(shown(&[]), None);
        for unreadable in [&["Bearer "][..], &["Bearer"], &["bearer"], &["a", "b"], &["토큰"]] {
            assert_eq!(shown(unreadable).as_deref(), Some(""), "{unreadable:?}");
        }
    }

    #[test]
    fn an_amount_is_a_whole_number_or_its_digits() {
        let won = |json: &str| serde_json::from_str::<Won>(json).unwrap().0;
        for amount in ["50000", "\"50000\"", "\" 50000 \"", "\"+50000\""] {
            assert_eq!(won(amount), Some(50_000), "{amount}");
        }
        assert_eq!(won("-1"), Some(-1));
        for amount in ["1.5", "\"1.5\"", "\"50,000\"", "\"\"", "null", "true", "[1]", "9223372036854775808"] {
            assert_eq!(won(amount), None, "{amount}");
        }
    }

    #[test]
    fn an_id_may_be_written_as_a_number() {
        let id = |json: &str| serde_json::from_str::<Id>(json).unwrap().0;
        assert_eq!((id("\"1\""), id("1")), ("1".to_owned(), "1".to_owned()));
    }
}
