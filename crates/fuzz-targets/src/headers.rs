use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, EntityTag, HeaderName, HeaderValue, IF_NONE_MATCH};
use actix_web::test::TestRequest;
use service_kit::auth::bearer;
use service_kit::etag::is_known;
use service_kit::idempotency;
use service_kit::request_id as id;

use crate::owned;

/// A request with this header; `None` where no server would have read it.
fn with(name: HeaderName, value: &[u8]) -> Option<HttpRequest> {
    let value = HeaderValue::from_bytes(value).ok()?;
    Some(TestRequest::default().insert_header((name, value)).to_http_request())
}

/// What is taken for a credential stands in the header so, with its scheme before it.
pub fn authorization(input: &[u8]) {
    let Some(request) = with(AUTHORIZATION, input) else { return };
    if let Ok(credential) = bearer(&request) {
        assert!(!credential.is_empty() && credential.trim() == credential, "{credential:?}");
        let text = std::str::from_utf8(input).expect("what was read is text");
        assert!(text.trim_end().ends_with(credential), "{credential:?} of {text:?}");
        assert!(text.to_ascii_lowercase().starts_with("bearer "), "{text:?}");
    }
}

pub fn authorization_seeds() -> Vec<Vec<u8>> {
    owned(["Bearer abc", "bearer  a b ", "Bearer", "Basic eDp5", "Bearer \t", " Bearer x", "BEARER x"])
}

/// A tag is known where the header names it, and where it names all.
pub fn if_none_match(input: &[u8]) {
    let Some(request) = with(IF_NONE_MATCH, input) else { return };
    let tag = EntityTag::new_strong("7-held".to_owned());
    if is_known(&request, &tag) {
        let text = std::str::from_utf8(input).expect("what was read is text");
        assert!(text.contains("\"7-held\"") || text.trim() == "*", "{text:?} does not name {tag}");
    } else {
        assert!(input != tag.to_string().as_bytes() && input != b"*", "{input:?} names {tag}");
    }
}

pub fn if_none_match_seeds() -> Vec<Vec<u8>> {
    owned(["\"7-held\"", "W/\"7-held\"", "*", "\"a\", \"7-held\"", "\"", "\"7-held", "\"a\",,\"b\"", "W/"])
}

/// A key is kept as it was sent, without the blanks around it.
pub fn idempotency_key(input: &[u8]) {
    let Some(request) = with(HeaderName::from_static("idempotency-key"), input) else { return };
    if let Ok(key) = idempotency::key(&request) {
        let key = key.expect("there is a header");
        assert!((1..=255).contains(&key.len()) && key.trim() == key, "{key:?}");
        let text = std::str::from_utf8(input).expect("what was read is text");
        assert!(text.trim() == key && !key.chars().any(|c| c.is_control() && c != '\t'), "{key:?}");
    }
}

pub fn idempotency_key_seeds() -> Vec<Vec<u8>> {
    [
        owned(["8e03978e-40d5-43dd-bc93-6894a57f9324", " a ", "a b", "", " "]),
        vec![vec![b'k'; 255], vec![b'k'; 256]],
    ]
    .concat()
}

/// An id that is taken over can stand in a log line, in JSON and in a header as it is.
pub fn request_id(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if id::acceptable(text) {
        assert!((1..=128).contains(&text.len()), "{text:?}");
        assert!(HeaderValue::from_str(text).is_ok_and(|value| value.as_bytes() == input), "{text:?}");
        assert_eq!(serde_json::to_string(text).expect("a text"), format!("\"{text}\""));
    }
}

pub fn request_id_seeds() -> Vec<Vec<u8>> {
    owned(["01900000-0000-7000-8000-000000000001", "a:b.c_d-e", "a b", "a\"b", "a\\b", "", "민아"])
}
