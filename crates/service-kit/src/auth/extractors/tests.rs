use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use actix_web::{App, Responder};
use serde_json::Value;

use super::*;
use crate::auth::fixtures::{ENTRY, Installation, USER};
use crate::settings::{self, Sources};

async fn access(user: AccessUser) -> impl Responder {
    format!("{} {}", user.user_id, user.name.unwrap_or_default())
}

async fn pass(pass: Pass) -> impl Responder {
    pass.pass_id.to_string()
}

async fn identity(identity: Identity) -> impl Responder {
    identity.user_id.to_string()
}

async fn operator(operator: Operator) -> impl Responder {
    operator.user_id.to_string()
}

async fn queue_token(token: QueueToken) -> impl Responder {
    token.0.to_string()
}

async fn service(service: CallingService) -> impl Responder {
    service.0
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/access", web::get().to(access))
        .route("/pass", web::get().to(pass))
        .route("/identity", web::get().to(identity))
        .route("/operator", web::get().to(operator))
        .route("/queue-token", web::get().to(queue_token))
        .route("/service", web::get().to(service));
}

/// Asks `path` with these `Authorization` headers.
async fn ask(installation: &Installation, path: &str, headers: &[&str]) -> (StatusCode, String) {
    let app = App::new().app_data(web::Data::new(installation.authenticator())).configure(routes);
    let app = init_service(app).await;
    let mut request = TestRequest::get().uri(path);
    for header in headers {
        request = request.append_header((AUTHORIZATION, *header));
    }
    let response = call_service(&app, request.to_request()).await;
    let status = response.status();
    let body = actix_web::test::read_body(response).await;
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[actix_web::test]
async fn a_handler_is_given_what_it_asks_for() {
    let installation = Installation::new();
    let user = USER.to_string();
    for (path, token, expected) in [
        ("/access", installation.access_token(), format!("{user} Kim")),
        ("/pass", installation.pass(), ENTRY.to_string()),
        ("/identity", installation.access_token(), user.clone()),
        ("/identity", installation.pass(), user.clone()),
        ("/operator", installation.operator_token(), user.clone()),
        ("/queue-token", installation.queue_token(), ENTRY.to_string()),
        ("/service", installation.service_bearer(), "reservation-service".to_owned()),
    ] {
        let (status, body) = ask(&installation, path, &[&format!("Bearer {token}")]).await;
        assert_eq!((status, body), (StatusCode::OK, expected), "{path}");
    }
}

#[actix_web::test]
async fn the_scheme_is_read_in_any_case() {
    let installation = Installation::new();
    let token = installation.access_token();
    for scheme in ["bearer", "BEARER", "Bearer "] {
        let (status, _) = ask(&installation, "/access", &[&format!("{scheme} {token}")]).await;
        assert_eq!(status, StatusCode::OK, "{scheme}");
    }
}

#[actix_web::test]
async fn no_header_two_headers_or_another_scheme_are_unauthenticated() {
    let installation = Installation::new();
    let token = installation.access_token();
    let bearer = format!("Bearer {token}");
    for headers in [
        &[][..],
        &[bearer.as_str(), bearer.as_str()],
        &["Bearer"],
        &["Bearer "],
        &["Basic YTpi"],
        &[token.as_str()],
    ] {
        let (status, body) = ask(&installation, "/access", headers).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, body["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("unauthenticated")));
        assert!(!body.to_string().contains(&token));
    }
}

#[actix_web::test]
async fn who_does_too_much_is_refused_after_their_credential_was_checked_and_not_before() {
    let installation = Installation::new();
    let one = ("BOXOFFICE__HTTP__USER_RATE_LIMIT_PER_SECOND".to_owned(), "1".to_owned());
    let sources = Sources { section: "none", defaults: "", environment: [one].into() };
    let http = settings::load_shared(sources).unwrap().http;
    let app = App::new()
        .app_data(web::Data::new(installation.authenticator()))
        .app_data(web::Data::new(UserLimit::new(&http)))
        .route("/access", web::post().to(access));
    let app = init_service(app).await;
    let ask = async |bearer: String| {
        let request = TestRequest::post().uri("/access").append_header((AUTHORIZATION, bearer));
        call_service(&app, request.to_request()).await
    };
    let genuine = format!("Bearer {}", installation.access_token());
    let forged = format!("Bearer {}", Installation::new().access_token());
    // Whoever forges somebody's token takes nothing out of their bucket.
    for _ in 0..100 {
        assert_eq!(ask(forged.clone()).await.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(ask(genuine.clone()).await.status(), StatusCode::OK);
    let mut answer = ask(genuine.clone()).await;
    while answer.status() == StatusCode::OK {
        answer = ask(genuine.clone()).await;
    }
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(read_body_json::<Value, _>(answer).await["code"], "too_many_requests");
}

#[actix_web::test]
async fn an_app_without_an_authenticator_lets_nobody_in() {
    let app = init_service(App::new().configure(routes)).await;
    let bearer = format!("Bearer {}", Installation::new().access_token());
    let request = TestRequest::get().uri("/access").append_header((AUTHORIZATION, bearer));
    let response = call_service(&app, request.to_request()).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(read_body_json::<Value, _>(response).await["code"], "internal_error");
}
