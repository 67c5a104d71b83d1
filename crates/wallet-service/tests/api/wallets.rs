use domain::shared::{EntryId, QueueId, UserId};
use serde_json::json;
use test_kit::{Issuers, Request, spawn_in_memory};
use wallet_service::WalletService;

use crate::till::{Fan, Till, new_id, with_key};

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_is_shown_to_its_owner_by_token_and_by_pass() {
    let till = Till::open().await;
    let fan = till.fan_with(700).await;
    let expected = json!({ "userId": fan.id, "name": "Kim", "balance": 700, "currency": "KRW" });
    for credential in [&fan.token, &till.pass_of(fan.id)] {
        assert_eq!(till.service.get(&fan.wallet).bearer(credential).send().await.expect(200), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_adapters_serve_the_same() {
    let issuers = Issuers::start().await;
    let service = spawn_in_memory::<WalletService>(&with_key(&[], &issuers), &issuers).await;
    let user = UserId(new_id());
    let token = issuers.access_token(user, "Kim");
    let path = format!("/v1/wallets/{user}/charges");
    let charge = || service.post(&path, json!({ "amount": 500 })).bearer(&token).key("one");
    assert_eq!(charge().send().await.expect(201), charge().send().await.expect(201));
    let wallet = service.get(&format!("/v1/wallets/{user}")).bearer(&token).send().await.expect(200);
    assert_eq!(wallet, json!({ "userId": user, "name": "Kim", "balance": 500, "currency": "KRW" }));
}

/// Every route of a wallet.
fn ways_in(till: &Till, fan: &Fan) -> Vec<Request> {
    vec![
        till.service.get(&fan.wallet),
        till.service.get(&format!("{}/entries", fan.wallet)),
        till.service.post(&format!("{}/charges", fan.wallet), json!({ "amount": 5 })),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn anothers_wallet_looks_like_none_at_all() {
    let till = Till::open().await;
    let (fan, other) = (till.fan_with(700).await, till.fan_with(10).await);
    let nobody = UserId(new_id());
    let none = Fan { id: nobody, token: String::new(), wallet: format!("/v1/wallets/{nobody}") };
    for credential in [&other.token, &till.pass_of(other.id), &till.issuers.operator_token()] {
        let anothers = ways_in(&till, &fan).into_iter().zip(ways_in(&till, &none));
        for (anothers, none) in anothers {
            let anothers = anothers.bearer(credential).send().await.problem(404, "not_found");
            let none = none.bearer(credential).send().await.problem(404, "not_found");
            assert_eq!((&anothers["title"], &anothers["detail"]), (&none["title"], &none["detail"]));
        }
    }
    assert_eq!((till.balance(&fan).await, till.balance(&other).await), (700, 10));
    assert_eq!(till.count("wallets").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_opens_to_no_other_credential() {
    let till = Till::open().await;
    let fan = till.fan_with(700).await;
    let forger = Issuers::start().await;
    let (entry, queue) = (EntryId(new_id()), QueueId(new_id()));
    let pass = till.pass_of(fan.id);
    let (head, signature) = fan.token.rsplit_once('.').unwrap();
    let foreign_signature = pass.rsplit_once('.').unwrap().1;
    for (credential, status, code) in [
        (forger.access_token(fan.id, "Kim"), 401, "unauthenticated"),
        (forger.expired_pass(entry, queue, fan.id), 401, "unauthenticated"),
        (format!("{head}.{foreign_signature}"), 401, "unauthenticated"),
        (format!("{head}."), 401, "unauthenticated"),
        (signature.to_owned(), 401, "unauthenticated"),
        ("nonsense".to_owned(), 401, "unauthenticated"),
        (till.issuers.expired_pass(entry, queue, fan.id), 401, "pass_expired"),
        (format!("q1.{}", "A".repeat(64)), 403, "not_admitted"),
    ] {
        for request in ways_in(&till, &fan) {
            request.bearer(&credential).send().await.problem(status, code);
        }
    }
    for request in ways_in(&till, &fan) {
        let reply = request.send().await;
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        reply.problem(401, "unauthenticated");
    }
    for request in ways_in(&till, &fan) {
        till.as_seller(request).send().await.problem(403, "not_admitted");
    }
    for request in ways_in(&till, &fan) {
        request.authorization(&fan.token).send().await.problem(401, "unauthenticated");
    }
    assert_eq!(till.balance(&fan).await, 700);
}
