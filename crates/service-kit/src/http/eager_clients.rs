//! Clients that ask more often than they may, over real connections: the limits are at work in a server as it is started.

use actix_web::{HttpResponse, web};
use reqwest::{Method, Response};
use serde_json::Value;

use super::*;
use crate::auth::AccessUser;
use crate::auth::fixtures::{Installation, client};
use crate::settings::{self, Sources};

/// Many times what a limit of one a second lets through, however long a busy machine takes over each.
const MANY: usize = 1_000;

async fn done(_user: AccessUser) -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// A server where users look at things and change them, with one setting under `BOXOFFICE__HTTP__`.
fn server(installation: &Installation, (name, value): (&str, &str)) -> Serving {
    let environment = [(format!("BOXOFFICE__HTTP__{name}"), value.to_owned())].into();
    let sources = Sources { section: "none", defaults: "", environment };
    let settings = settings::load_shared(sources).unwrap().http;
    let authenticator = web::Data::new(installation.authenticator());
    serve(bind("127.0.0.1", 0).unwrap(), &settings, Counting::default(), move |routes| {
        let authenticator = authenticator.clone();
        routes.map(|config| {
            let things = web::resource("/things").route(web::get().to(done)).route(web::post().to(done));
            config.app_data(authenticator).service(things)
        });
    })
    .unwrap()
}

async fn ask(serving: &Serving, method: Method, path: &str, token: &str) -> Response {
    let url = format!("http://{}{path}", serving.address());
    client().request(method, url).bearer_auth(token).send().await.unwrap()
}

/// The first answer that is no success.
async fn first_refusal(serving: &Serving, method: Method, path: &str, token: &str) -> Response {
    for _ in 0..MANY {
        let answer = ask(serving, method.clone(), path, token).await;
        if !answer.status().is_success() {
            return answer;
        }
    }
    panic!("{MANY} requests were answered, and none of them refused");
}

async fn assert_told_to_wait(answer: Response) {
    assert_eq!(answer.status(), 429);
    assert!(answer.headers().contains_key("retry-after"));
    let problem: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "too_many_requests", "{problem:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changes_too_much_is_told_to_wait() {
    let installation = Installation::new();
    let serving = server(&installation, ("USER_RATE_LIMIT_PER_SECOND", "1"));
    let token = installation.access_token();
    assert_told_to_wait(first_refusal(&serving, Method::POST, "/things", &token).await).await;
    for _ in 0..20 {
        assert_eq!(ask(&serving, Method::GET, "/things", &token).await.status(), 204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_from_one_address_is_told_to_wait() {
    let installation = Installation::new();
    let serving = server(&installation, ("RATE_LIMIT_PER_SECOND", "1"));
    assert_told_to_wait(first_refusal(&serving, Method::GET, "/healthz", "none").await).await;
}
