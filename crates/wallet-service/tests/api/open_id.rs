//! Where an OpenID issuer says who fans are.

use chrono::TimeDelta;
use domain::adapters::system;
use domain::shared::{EntryId, QueueId, UserId};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use service_kit::auth::{AUDIENCE, BUILT_IN_ISSUER, SigningKey};
use test_kit::{Issuers, Spawned, spawn};
use wallet_service::WalletService;

use crate::till::new_id;

/// The issuer of the test's tokens, as if it were somebody else's.
async fn trusting(issuers: &Issuers) -> Spawned<WalletService> {
    let keys = format!("{}/internal/v1/access-keys", issuers.url());
    let settings = [
        ("BOXOFFICE__AUTH__OPENID_JWKS_URL", keys.as_str()),
        ("BOXOFFICE__AUTH__OPENID_ISSUER", BUILT_IN_ISSUER),
        ("BOXOFFICE__AUTH__OPENID_AUDIENCE", AUDIENCE),
    ];
    spawn(&settings, issuers).await
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_not_made_here() {
    let issuers = Issuers::start().await;
    let service = trusting(&issuers).await;
    service.post("/v1/users", json!({ "name": "Kim" })).send().await.problem(404, "not_found");
    let seller = issuers.service_credential("reservation-service");
    let keys = service.get("/internal/v1/access-keys").authorization(&seller).send().await.expect(200);
    assert_eq!(keys, json!({ "keys": [] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fan_has_a_wallet_from_the_first_request_on() {
    let issuers = Issuers::start().await;
    let service = trusting(&issuers).await;
    let (looking, charging) = (UserId(new_id()), UserId(new_id()));
    let wallet = show(&service, looking, &issuers.access_token(looking, "Kim")).await;
    assert_eq!(wallet, json!({ "userId": looking, "name": "Kim", "balance": 0, "currency": "KRW" }));

    let token = issuers.access_token(charging, "Lee");
    let charge = service.post(&format!("/v1/wallets/{charging}/charges"), json!({ "amount": 500 }));
    charge.bearer(&token).send().await.expect(201);
    let wallet = show(&service, charging, &token).await;
    assert_eq!(wallet, json!({ "userId": charging, "name": "Lee", "balance": 500, "currency": "KRW" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fan_who_first_comes_with_a_pass_has_a_wallet_too() {
    let issuers = Issuers::start().await;
    let service = trusting(&issuers).await;
    let user = UserId(new_id());
    let (clock, _) = system::system();
    let pass = issuers.pass(EntryId(new_id()), QueueId(new_id()), user, clock.now() + TimeDelta::minutes(10));
    let charge = service.post(&format!("/v1/wallets/{user}/charges"), json!({ "amount": 500 }));
    charge.bearer(&pass).send().await.expect(201);
    let wallet = show(&service, user, &pass).await;
    assert_eq!(wallet, json!({ "userId": user, "name": user, "balance": 500, "currency": "KRW" }));
}

/// Many issuers say the name in the ID token alone, and some say names that no wallet may have.
#[tokio::test(flavor = "multi_thread")]
async fn a_fan_without_a_usable_name_has_a_wallet_too() {
    let issuers = Issuers::start().await;
    let service = trusting(&issuers).await;
    for name in [None, Some(" "), Some("a\u{0}b")] {
        let user = UserId(new_id());
        let wallet = show(&service, user, &token(&issuers, user, name)).await;
        assert_eq!(wallet, json!({ "userId": user, "name": user, "balance": 0, "currency": "KRW" }));
    }
}

async fn show(service: &Spawned<WalletService>, user: UserId, token: &str) -> Value {
    service.get(&format!("/v1/wallets/{user}")).bearer(token).send().await.expect(200)
}

fn token(issuers: &Issuers, user: UserId, name: Option<&str>) -> String {
    let pem = issuers.access_key_pem();
    let header = Header {
        kid: Some(SigningKey::from_pem(pem).unwrap().kid().to_owned()),
        ..Header::new(Algorithm::EdDSA)
    };
    let year_2100 = 4_102_444_800_i64;
    let mut claims = json!({ "iss": BUILT_IN_ISSUER, "aud": AUDIENCE, "sub": user, "exp": year_2100 });
    if let Some(name) = name {
        claims["name"] = json!(name);
    }
    encode(&header, &claims, &EncodingKey::from_ed_pem(pem.as_bytes()).unwrap()).unwrap()
}
