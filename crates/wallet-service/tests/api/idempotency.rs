use domain::adapters::sandbox::SandboxProvider;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use tokio::task::JoinSet;

use crate::till::{Fan, NO_JOBS, PATIENT, Till, field};

/// Status, content type and bytes of the answer to a charge.
async fn answer(till: &Till, fan: &Fan, won: i64, key: &str) -> (u16, String, Vec<u8>) {
    let request = till.service.client.post(till.service.url(&format!("{}/charges", fan.wallet)));
    let request = request.bearer_auth(&fan.token).header("idempotency-key", key);
    let answer = request.json(&json!({ "amount": won })).send().await.unwrap();
    let kind = answer.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    (answer.status().as_u16(), kind, answer.bytes().await.unwrap().to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gives_the_same_bytes_and_one_effect() {
    let till = Till::open().await;
    let fan = till.fan().await;
    let first = answer(&till, &fan, 500, "one").await;
    assert_eq!((first.0, first.1.as_str()), (201, "application/json"));
    till.charge(&fan, 40).send().await.expect(201);
    assert_eq!(answer(&till, &fan, 500, "one").await, first);
    assert_eq!((till.balance(&fan).await, till.entries(&fan).await.len()), (540, 2));
    till.charge(&fan, 500).key("two").send().await.expect(201);
    assert_eq!(till.balance(&fan).await, 1040);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_repeated_too() {
    let till = Till::open().await;
    let fan = till.fan().await;
    let declined = answer(&till, &fan, SandboxProvider::DECLINED, "one").await;
    assert_eq!((declined.0, declined.1.as_str()), (402, "application/problem+json"));
    assert_eq!(answer(&till, &fan, SandboxProvider::DECLINED, "one").await, declined);
    assert_eq!(till.count("charges").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_with_another_body_is_refused() {
    let till = Till::open().await;
    let fan = till.fan().await;
    let first = till.charge(&fan, 500).key("one").send().await.expect(201);
    till.charge(&fan, 501).key("one").send().await.problem(422, "idempotency_key_reused");
    assert_eq!(till.charge(&fan, 500).key("one").send().await.expect(201), first);
    assert_eq!(till.balance(&fan).await, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_of_two_users_is_two_keys() {
    let till = Till::open().await;
    let (one, other) = (till.fan().await, till.fan().await);
    till.charge(&one, 500).key("one").send().await.expect(201);
    till.charge(&other, 300).key("one").send().await.expect(201);
    assert_eq!((till.balance(&one).await, till.balance(&other).await), (500, 300));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_1_to_255_characters() {
    let till = Till::open().await;
    let fan = till.fan().await;
    for key in ["", " ", &"k".repeat(256)] {
        let problem = till.charge(&fan, 500).key(key).send().await.problem(422, "invalid_request");
        assert_eq!(field(&problem), "Idempotency-Key");
    }
    till.charge(&fan, 500).key(&"k".repeat(255)).send().await.expect(201);
    assert_eq!(till.balance(&fan).await, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_with_one_key_have_one_effect() {
    let till = Till::open().await;
    let fan = till.fan().await;
    let mut sent = JoinSet::new();
    for _ in 0..200 {
        sent.spawn(till.charge(&fan, 500).key("one").send());
    }
    let mut charges = Vec::new();
    for reply in sent.join_all().await {
        match reply.status {
            201 => charges.push(reply.body),
            _ => drop(reply.problem(409, "idempotency_key_in_flight")),
        }
    }
    let repeated = till.charge(&fan, 500).key("one").send().await.expect(201);
    assert!(!charges.is_empty() && charges.iter().all(|charge| *charge == repeated), "{charges:?}");
    assert_eq!((till.balance(&fan).await, till.entries(&fan).await.len()), (500, 1));
    assert_eq!(till.count("charges").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_first_request_is_under_way_is_refused() {
    let till = Till::open_with(&[NO_JOBS, PATIENT]).await;
    let fan = till.fan().await;
    let mut held = till.hold_wallet(&fan).await;
    let first = tokio::spawn(till.charge(&fan, 500).key("one").send());
    held.somebody_waits().await;
    let reply = till.charge(&fan, 500).key("one").send().await;
    assert_eq!(reply.header("retry-after"), Some("1"));
    reply.problem(409, "idempotency_key_in_flight");
    till.charge(&fan, 501).key("one").send().await.problem(422, "idempotency_key_reused");
    held.release().await;
    let first = first.await.unwrap().expect(201);
    assert_eq!(till.charge(&fan, 500).key("one").send().await.expect(201), first);
    assert_eq!(till.balance(&fan).await, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_outlives_the_service() {
    let till = Till::open().await;
    let fan = till.fan().await;
    let first = till.charge(&fan, 500).key("one").send().await.expect(201);
    let another = till.another(&[]).await;
    let path = format!("{}/charges", fan.wallet);
    let again = another.post(&path, json!({ "amount": 500 })).bearer(&fan.token).key("one");
    assert_eq!(again.send().await.expect(201), first);
    assert_eq!(till.balance(&fan).await, 500);
}

/// The service died after the money had moved and before it had said so.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_effect_and_answer_leaves_one_effect() {
    let till = Till::open().await;
    let fan = till.fan().await;
    let first = till.charge(&fan, 500).key("one").send().await.expect(201);
    till.execute(
        "UPDATE idempotency_keys SET answer_status = NULL, answer_content_type = NULL, answer_body = NULL, \
         claimed_until = now()",
    )
    .await;
    till.charge(&fan, 40).send().await.expect(201);
    assert_eq!(till.charge(&fan, 500).key("one").send().await.expect(201), first);
    assert_eq!(till.balance(&fan).await, 540);
}
