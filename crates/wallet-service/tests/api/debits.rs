use domain::shared::UserId;
use reqwest::Method;
use serde_json::{Value, json};
use test_kit::{Reply, Request};
use uuid::Uuid;

use crate::till::{Fan, Till, field, new_id};

const DEBITS: &str = "/internal/v1/debits";

fn debit(till: &Till, debits: &Value) -> Request {
    till.as_seller(till.service.post(DEBITS, json!({ "debits": debits })))
}

fn payment(payment: Uuid, user: UserId, won: i64) -> Value {
    json!({ "paymentId": payment, "userId": user, "amount": won })
}

/// The outcome of one payment, without its id.
async fn outcome(till: &Till, id: Uuid, user: UserId, won: i64) -> Value {
    let body = debit(till, &json!([payment(id, user, won)])).send().await.expect(200);
    let [outcome] = body["outcomes"].as_array().unwrap().as_slice() else { panic!("one outcome: {body}") };
    let mut outcome = outcome.as_object().unwrap().clone();
    assert_eq!(outcome.remove("paymentId"), Some(json!(id)));
    Value::Object(outcome)
}

async fn debited(till: &Till, payment: Uuid, fan: &Fan, won: i64) -> Value {
    outcome(till, payment, fan.id, won).await
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

/// In which order they are carried out is not said: each of them is about a wallet of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_set_of_debits_is_answered_one_by_one() {
    let till = Till::open().await;
    let (rich, other) = (till.fan_with(1000).await, till.fan_with(1000).await);
    let (poor, exact) = (till.fan_with(250).await, till.fan_with(250).await);
    let [first, second, third, fourth, voided] = [(); 5].map(|()| new_id());
    assert_eq!(undone(&till, voided, "void").await, json!({ "outcome": "voided" }));
    let set = json!([
        payment(first, rich.id, 300),
        payment(second, poor.id, 300),
        payment(third, other.id, 200),
        payment(voided, rich.id, 100),
        payment(first, rich.id, 300),
        payment(fourth, exact.id, 250),
    ]);
    let body = debit(&till, &set).send().await.expect(200);
    let expected = json!([
        { "paymentId": first, "outcome": "captured", "balance": 700 },
        { "paymentId": second, "outcome": "insufficient", "balance": 250 },
        { "paymentId": third, "outcome": "captured", "balance": 800 },
        { "paymentId": voided, "outcome": "voided" },
        { "paymentId": first, "outcome": "captured", "balance": 700 },
        { "paymentId": fourth, "outcome": "captured", "balance": 0 },
    ]);
    assert_eq!(body["outcomes"], expected);
    assert_eq!(debit(&till, &set).send().await.expect(200)["outcomes"], expected, "the same again");
    for (fan, balance, entries) in [(&rich, 700, 2), (&other, 800, 2), (&poor, 250, 1), (&exact, 0, 2)] {
        assert_eq!(till.balance(fan).await, balance);
        assert_eq!(till.entries(fan).await.len(), entries);
    }
}

/// A wallet that no row can stand for is nobody's fault but its own.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_debit_that_cannot_be_carried_out_nothing_is_said_and_all_the_others_are_done() {
    let till = Till::open().await;
    let (fan, other, broken) = (till.fan_with(1000).await, till.fan_with(1000).await, till.fan().await);
    let break_it = "ALTER TABLE wallets DROP CONSTRAINT wallets_balance_check";
    let sql = format!("{break_it}; UPDATE wallets SET balance = -1 WHERE user_id = '{}'", broken.id);
    till.execute(&sql).await;
    let [first, poisoned, last] = [(); 3].map(|()| new_id());
    let set = [payment(first, fan.id, 300), payment(poisoned, broken.id, 1), payment(last, other.id, 200)];
    let body = debit(&till, &json!(set)).send().await.expect(200);
    let expected = json!([
        { "paymentId": first, "outcome": "captured", "balance": 700 },
        { "paymentId": last, "outcome": "captured", "balance": 800 },
    ]);
    assert_eq!(body, json!({ "outcomes": expected }));
    // Alone, it is an error of ours; and no decision about it was kept.
    debit(&till, &json!([payment(poisoned, broken.id, 1)])).send().await.problem(500, "internal_error");
    till.execute("UPDATE wallets SET balance = 0 WHERE balance < 0").await;
    let insufficient = json!({ "outcome": "insufficient", "balance": 0 });
    assert_eq!(outcome(&till, poisoned, broken.id, 1).await, insufficient);
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
    let nobody = outcome(&till, new_id(), UserId(new_id()), 1).await;
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
    let id = new_id();
    // One that is right stands before each: nothing of the set is done.
    for (at_fault, wrong) in [
        ("debits[1].amount", payment(id, fan.id, 0)),
        ("debits[1].amount", payment(id, fan.id, -300)),
        ("debits[1].amount", json!({ "paymentId": id, "userId": fan.id })),
        ("debits[1].userId", json!({ "paymentId": id, "userId": "Kim", "amount": 300 })),
        ("debits[1].userId", json!({ "paymentId": id, "amount": 300 })),
        ("debits[1].paymentId", json!({ "paymentId": "one", "userId": fan.id, "amount": 300 })),
        ("debits[1].paymentId", json!({ "userId": fan.id, "amount": 300 })),
        (
            "debits[1].currency",
            json!({ "paymentId": id, "userId": fan.id, "amount": 300, "currency": "USD" }),
        ),
    ] {
        let reply = debit(&till, &json!([payment(new_id(), fan.id, 300), wrong])).send().await;
        assert_eq!(field(&reply.problem(422, "invalid_request")), at_fault, "{wrong}");
    }
    for size in [0, 501] {
        let debits: Vec<_> = (0..size).map(|_| payment(new_id(), fan.id, 1)).collect();
        let reply = debit(&till, &json!(debits)).send().await;
        assert_eq!(field(&reply.problem(422, "invalid_request")), "debits", "{size}");
    }
    let body = json!({ "debits": [payment(id, fan.id, 300)], "dryRun": true });
    let reply = till.as_seller(till.service.post(DEBITS, body)).send().await;
    assert_eq!(field(&reply.problem(422, "invalid_request")), "dryRun");
    let odd = till.service.post("/internal/v1/debits/one/void", json!(null));
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
            till.service.post(DEBITS, json!({ "debits": [payment(new_id(), fan.id, 300)] })),
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
