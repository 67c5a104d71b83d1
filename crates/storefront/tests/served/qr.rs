//! Ticket codes as drawings.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::test::TestRequest;
use serde_json::Value;

use crate::answers::{Answer, get, send};

async fn draw(body: String) -> Answer {
    send(TestRequest::post().uri("/storefront/qr").set_payload(body)).await
}

#[actix_web::test]
async fn a_code_is_drawn_and_kept_nowhere() {
    let drawn = draw(r#"{"code":"AZ_0-9"}"#.to_owned()).await;
    assert_eq!(drawn.status, 200);
    assert_eq!((drawn.header(CONTENT_TYPE), drawn.header(CACHE_CONTROL)), ("image/svg+xml", "no-store"));
    assert!(drawn.body.contains("<svg") && drawn.body.contains("<path") && !drawn.body.contains("style="));
    let other = draw(r#"{"code":"AZ_0-8"}"#.to_owned()).await;
    assert_ne!(drawn.body, other.body);
}

#[actix_web::test]
async fn what_is_no_code_is_refused_by_name() {
    let (empty, long) = (r#"{"code":""}"#.to_owned(), format!(r#"{{"code":"{}"}}"#, "a".repeat(513)));
    for body in [empty, long, r#"{"code":"a","more":1}"#.to_owned(), "{}".to_owned()] {
        let refused = draw(body).await;
        let problem: Value = serde_json::from_str(&refused.body).unwrap();
        assert_eq!((refused.status, problem.get("code").unwrap()), (422, &Value::from("invalid_request")));
    }
    assert_eq!(draw(format!(r#"{{"code":"{}"}}"#, "a".repeat(512))).await.status, 200);
    assert_eq!(draw("no json".to_owned()).await.status, 400);
}

#[actix_web::test]
async fn no_code_is_taken_from_an_address() {
    assert_eq!(get("/storefront/qr?code=secret").await.status, 404);
}
