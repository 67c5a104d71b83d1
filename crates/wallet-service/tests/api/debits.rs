use domain::shared::UserId;
use reqwest::Method;
use serde_json::{Value, json};
use test_kit::{Reply, Request};
use uuid::Uuid;

use crate::till::{Fan, Till, field, new_id};

fn debit(till: &Till, payment: Uuid, user: UserId, won: i64) -> Request {
    let path = format!("/internal/v1/debits/{payment}");
    till.as_seller(till.service.put(&path, json!({ "userId": user, "amount": won })))
}

async fn debited(till: &Till, payment: Uuid, fan: &Fan, won: i64) -> Value {
    debit(till, payment, fan.id, won).send().await.expect(200)
}

/// `what` is `void` or `refund`.
async fn undone(till: &Till, payment: Uuid, what: &str) -> Value {
    let path = format!("/internal/v1/debits/{payment}/{what}");
    till.as_seller(till.service.request(Method::POST, &path)).send().await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debit_takes_the_amount_once_however_often_it_comes() {
    let till = Till::open().await;
    let (fan, payment) = (till.fan_with(1000).await, new_id());
    for _ in 0..2 {
        assert_eq!(
            debited(&till, payment, &fan, 300).await,
            json!({ "outcome": "captured", "balance": 700 })
        );
    }
    debited(&till, new_id(), &fan, 700).await;
    assert_eq!(debited(&till, payment, &fan, 300).await, json!({ "outcome": "captured", "balance": 700 }));
    assert_eq!(till.balance(&fan).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debit_beyond_the_balance_is_final() {
    let till = Till::open().await;
    let (fan, payment) = (till.fan_with(299).await, new_id());
    let insufficient = json!({ "outcome": "insufficient", "balance": 299 });
    assert_eq!(debited(&till, payment, &fan, 300).await, insufficient);
    till.charge(&fan, 1000).send().await.expect(201);
    assert_eq!(debited(&till, payment, &fan, 300).await, insufficient);
    assert_eq!(till.balance(&fan).await, 1299);
    let nobody = debit(&till, new_id(), UserId(new_id()), 1).send().await.expect(200);
    assert_eq!(nobody, json!({ "outcome": "insufficient", "balance": 0 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voided_payment_is_never_taken() {
    let till = Till::open().await;
    let (fan, payment) = (till.fan_with(1000).await, new_id());
    for _ in 0..2 {
        assert_eq!(undone(&till, payment, "void").await, json!({ "outcome": "voided" }));
        assert_eq!(debited(&till, payment, &fan, 300).await, json!({ "outcome": "voided" }));
    }
    assert_eq!(undone(&till, payment, "refund").await, json!({ "outcome": "nothingCaptured" }));
    assert_eq!(till.balance(&fan).await, 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_that_comes_too_late_says_so() {
    let till = Till::open().await;
    let (fan, payment) = (till.fan_with(1000).await, new_id());
    debited(&till, payment, &fan, 300).await;
    assert_eq!(undone(&till, payment, "void").await, json!({ "outcome": "captured", "balance": 700 }));
    assert_eq!(till.balance(&fan).await, 700);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_gives_back_once_and_for_all() {
    let till = Till::open().await;
    let (fan, payment) = (till.fan_with(1000).await, new_id());
    debited(&till, payment, &fan, 300).await;
    for _ in 0..2 {
        let refunded = json!({ "outcome": "refunded", "balance": 1000 });
        assert_eq!(undone(&till, payment, "refund").await, refunded);
    }
    assert_eq!(debited(&till, payment, &fan, 300).await, json!({ "outcome": "voided" }));
    assert_eq!((till.balance(&fan).await, till.entries(&fan).await.len()), (1000, 3));
    assert_eq!(undone(&till, new_id(), "refund").await, json!({ "outcome": "nothingCaptured" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_debit_is_named() {
    let till = Till::open().await;
    let fan = till.fan_with(1000).await;
    let path = format!("/internal/v1/debits/{}", new_id());
    for (body, at_fault) in [
        (json!({ "userId": fan.id, "amount": 0 }), "amount"),
        (json!({ "userId": fan.id, "amount": -300 }), "amount"),
        (json!({ "userId": fan.id }), "amount"),
        (json!({ "userId": "Kim", "amount": 300 }), "userId"),
        (json!({ "amount": 300 }), "userId"),
        (json!({ "userId": fan.id, "amount": 300, "currency": "USD" }), "currency"),
    ] {
        let reply = till.as_seller(till.service.put(&path, &body)).send().await;
        assert_eq!(field(&reply.problem(422, "invalid_request")), at_fault, "{body}");
    }
    let odd = till.service.put("/internal/v1/debits/one", json!({ "userId": fan.id, "amount": 300 }));
    till.as_seller(odd).send().await.problem(404, "not_found");
    assert_eq!((till.balance(&fan).await, till.count("debits").await), (1000, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_service_that_sells_seats_moves_money_for_them() {
    let till = Till::open().await;
    let fan = till.fan_with(1000).await;
    let path = format!("/internal/v1/debits/{}", new_id());
    let requests = || {
        [
            till.service.put(&path, json!({ "userId": fan.id, "amount": 300 })),
            till.service.post(&format!("{path}/void"), json!(null)),
            till.service.post(&format!("{path}/refund"), json!(null)),
        ]
    };
    let colleague = |name| till.issuers.service_credential(name);
    let bearer = |token: &str| format!("Bearer {token}");
    for (credential, status, code) in [
        (colleague("queue-service"), 403, "not_admitted"),
        (colleague("concert-service"), 403, "not_admitted"),
        (colleague("wallet-service"), 403, "not_admitted"),
        (bearer(&fan.token), 403, "not_admitted"),
        (bearer(&till.issuers.operator_token()), 403, "not_admitted"),
        (bearer(&till.pass_of(fan.id)), 403, "not_admitted"),
        (bearer("nonsense"), 401, "unauthenticated"),
    ] {
        for request in requests() {
            request.authorization(&credential).send().await.problem(status, code);
        }
    }
    for request in requests() {
        request.send().await.problem(401, "unauthenticated");
    }
    assert_eq!((till.balance(&fan).await, till.count("debits").await), (1000, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_access_tokens_are_for_services() {
    let till = Till::open().await;
    let ask = || till.service.get("/internal/v1/access-keys");
    for name in ["queue-service", "concert-service", "reservation-service"] {
        let keys: Reply = ask().authorization(&till.issuers.service_credential(name)).send().await;
        let keys = keys.expect(200);
        assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
        assert_eq!(keys["keys"][0].get("d"), None, "the private key");
    }
    ask().send().await.problem(401, "unauthenticated");
    ask().bearer(&till.fan().await.token).send().await.problem(403, "not_admitted");
}
