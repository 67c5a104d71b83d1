use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::adapters::system;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::till::{Till, field};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_an_empty_wallet_and_the_token_that_opens_it() {
    let till = Till::open_with(&[("BOXOFFICE__WALLET__ACCESS_TOKEN_TTL_SECONDS", "90")]).await;
    let (clock, _) = system::system();
    let before = clock.now();
    let user = till.service.post("/v1/users", json!({ "name": " 김철수 " })).send().await.expect(201);
    let after = clock.now();

    assert_eq!(user["name"], "김철수");
    let expires_at: DateTime<Utc> = user["expiresAt"].as_str().unwrap().parse().unwrap();
    let issued_at = expires_at - TimeDelta::seconds(90);
    assert!((before.trunc_subsecs(0)..=after).contains(&issued_at), "{issued_at}, not {before} to {after}");
    let id: Uuid = user["userId"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.get_version_num(), 7);

    let token = user["accessToken"].as_str().unwrap();
    let wallet = till.service.get(&format!("/v1/wallets/{id}")).bearer(token).send().await.expect(200);
    assert_eq!(wallet, json!({ "userId": id, "name": "김철수", "balance": 0, "currency": "KRW" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_name_twice_is_two_users() {
    let till = Till::open().await;
    let (one, other) = (till.fan_with(100).await, till.fan().await);
    assert_ne!(one.id, other.id);
    assert_eq!((till.balance(&one).await, till.balance(&other).await), (100, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_ends() {
    let till = Till::open_with(&[("BOXOFFICE__WALLET__ACCESS_TOKEN_TTL_SECONDS", "0")]).await;
    let fan = till.fan().await;
    till.service.get(&fan.wallet).bearer(&fan.token).send().await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_has_1_to_100_characters() {
    let till = Till::open().await;
    for name in ["김", &"김".repeat(100)] {
        let user = till.service.post("/v1/users", json!({ "name": name })).send().await.expect(201);
        assert_eq!(user["name"], name);
    }
    for (body, at_fault) in [
        (json!({ "name": "" }), "name"),
        (json!({ "name": " \t" }), "name"),
        (json!({ "name": "김".repeat(101) }), "name"),
        (json!({ "name": "a\u{0}b" }), "name"),
        (json!({ "name": "a\nb" }), "name"),
        (json!({ "name": 7 }), "name"),
        (json!({ "name": null }), "name"),
        (json!({}), "name"),
        (json!({ "name": "Kim", "role": "operator" }), "role"),
        (json!("Kim"), "body"),
    ] {
        let problem = till.service.post("/v1/users", &body).send().await.problem(422, "invalid_request");
        assert_eq!(field(&problem), at_fault, "{body}");
    }
    assert_eq!(till.count("wallets").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_is_malformed() {
    let till = Till::open().await;
    for text in ["", "{\"name\":", "{\"name\":\"Kim\"} {}", "name=Kim"] {
        let request = till.service.client.post(till.service.url("/v1/users")).body(text);
        let answer = request.header(CONTENT_TYPE, "application/json").send().await.unwrap();
        assert_eq!(answer.status(), 400, "{text}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "malformed_request", "{text}");
    }
}
