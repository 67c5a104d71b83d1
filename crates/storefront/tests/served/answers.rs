//! Statuses, headers, and what is cached how.

use actix_web::App;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use storefront::Storefront;
use utoipa_actix_web::AppExt;

pub struct Answer {
    pub status: u16,
    pub headers: actix_web::http::header::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: HeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

pub async fn send(request: TestRequest) -> Answer {
    let storefront = Storefront::new().unwrap();
    let (app, _) = App::new()
        .into_utoipa_app()
        .configure(|routes| {
            Storefront::public(routes);
            routes.map(|config| {
                storefront.provide(config);
                config
            });
        })
        .split_for_parts();
    let response = call_service(&init_service(app).await, request.to_request()).await;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = String::from_utf8(read_body(response).await.to_vec()).unwrap();
    Answer { status, headers, body }
}

pub async fn get(path: &str) -> Answer {
    send(TestRequest::get().uri(path)).await
}

/// The address of a file, as the page has it.
pub async fn address(file: &str) -> String {
    let page = get("/").await.body;
    let version = page.split_once("/assets/").unwrap().1.split_once('/').unwrap().0.to_owned();
    format!("/assets/{version}/{file}")
}

#[actix_web::test]
async fn every_answer_forbids_what_the_pages_do_not_need() {
    let qr = TestRequest::post().uri("/storefront/qr").set_payload(r#"{"code":"A"}"#);
    let answers = [
        get("/").await,
        get("/app/wallet").await,
        get("/operator").await,
        get(&address("app.js").await).await,
        send(qr).await,
    ];
    for answer in answers {
        assert_eq!(answer.status, 200);
        let policy = answer.header(HeaderName::from_static("content-security-policy"));
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.split(';').any(|part| part.trim() == rule), "{rule} is not in {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
        assert_eq!(answer.header(HeaderName::from_static("x-content-type-options")), "nosniff");
        assert_eq!(answer.header(HeaderName::from_static("referrer-policy")), "no-referrer");
        assert!(answer.header(HeaderName::from_static("permissions-policy")).contains("camera=()"));
    }
}

#[actix_web::test]
async fn the_page_is_asked_about_every_time_and_sent_once() {
    let page = get("/").await;
    assert_eq!(page.header(CONTENT_TYPE), "text/html; charset=utf-8");
    assert_eq!(page.header(CACHE_CONTROL), "no-cache");
    let again = TestRequest::get().uri("/app/reservations").insert_header((IF_NONE_MATCH, page.header(ETAG)));
    let again = send(again).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let other = TestRequest::get().uri("/").insert_header((IF_NONE_MATCH, "\"another\""));
    assert_eq!(send(other).await.status, 200);
}

#[actix_web::test]
async fn a_file_is_kept_for_good_under_its_version_and_asked_about_under_another() {
    let file = get(&address("app.js").await).await;
    assert_eq!(file.header(CONTENT_TYPE), "text/javascript; charset=utf-8");
    assert_eq!(file.header(CACHE_CONTROL), "public, max-age=31536000, immutable");
    let old = get("/assets/0123456789ab/app.js").await;
    assert_eq!((old.status, old.header(CACHE_CONTROL)), (200, "public, no-cache"));
    let known = TestRequest::get()
        .uri("/assets/0123456789ab/app.js")
        .insert_header((IF_NONE_MATCH, file.header(ETAG)));
    assert_eq!(send(known).await.status, 304);
}

#[actix_web::test]
async fn what_is_not_there_is_not_found() {
    let beside = [
        "nothing.js",
        "index.html",
        "operator.html",
        "app",
        "css",
        "",
        "../Cargo.toml",
        "%2e%2e/Cargo.toml",
        "..%2fsrc%2flib.rs",
        "text/../../jsconfig.json",
    ];
    for file in beside {
        assert_eq!(get(&address(file).await).await.status, 404, "{file}");
    }
}

#[actix_web::test]
async fn nothing_stands_in_the_pages_that_the_policy_forbids() {
    for document in ["/", "/operator"] {
        let page = get(document).await.body;
        assert!(!page.contains("<style") && !page.contains("style=") && !page.contains("://"));
        for script in page.split("<script").skip(1) {
            assert!(script.contains("src=\"/assets/"), "a script without an address");
        }
    }
}

#[actix_web::test]
async fn the_console_is_a_document_of_its_own_at_each_of_its_addresses() {
    let console = get("/operator").await;
    assert_eq!((console.status, console.header(CACHE_CONTROL)), (200, "no-cache"));
    assert!(console.body.contains("/operator/app.js\"></script>"));
    for inner in ["/operator/", "/operator/seats", "/operator/concerts/01900000-0000-7000-8000-000000000001"]
    {
        assert_eq!(get(inner).await.body, console.body, "{inner}");
    }
    assert!(!get("/").await.body.contains("operator"));
    assert_eq!(get("/operators").await.status, 404);
}
