use chrono::{DateTime, Utc};
use domain::adapters::sandbox::SandboxProvider;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::till::{NO_JOBS, PATIENT, Till, field, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_is_in_the_wallet() {
    let till = Till::open().await;
    let fan = till.fan().await;
    let first = till.charge(&fan, 10_000).send().await.expect(201);
    assert_eq!((&first["amount"], &first["balance"]), (&json!(10_000), &json!(10_000)));
    let _: Uuid = first["chargeId"].as_str().unwrap().parse().unwrap();
    let _: DateTime<Utc> = first["createdAt"].as_str().unwrap().parse().unwrap();
    let by_pass = till.service.post(&format!("{}/charges", fan.wallet), json!({ "amount": 1 }));
    let second = by_pass.bearer(&till.pass_of(fan.id)).send().await.expect(201);
    assert_eq!((&second["amount"], &second["balance"]), (&json!(1), &json!(10_001)));
    assert_ne!(first["chargeId"], second["chargeId"]);
    assert_eq!(till.balance(&fan).await, 10_001);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_charge_is_named() {
    let till = Till::open().await;
    let fan = till.fan().await;
    for (body, at_fault) in [
        (json!({ "amount": 0 }), "amount"),
        (json!({ "amount": -5 }), "amount"),
        (json!({ "amount": 1_000_000_000_001_i64 }), "amount"),
        (json!({ "amount": 1.5 }), "amount"),
        (json!({ "amount": 1e30 }), "amount"),
        (json!({ "amount": "500" }), "amount"),
        (json!({ "amount": null }), "amount"),
        (json!({}), "amount"),
        (json!({ "amount": 500, "balance": 1 }), "balance"),
        (json!([]), "body"),
        (json!([500]), "body"),
    ] {
        let problem = till.charge_with(&fan, body.clone()).send().await.problem(422, "invalid_request");
        assert_eq!(field(&problem), at_fault, "{body}");
    }
    let malformed = till.service.client.post(till.service.url(&format!("{}/charges", fan.wallet)));
    let malformed = malformed.bearer_auth(&fan.token).header(CONTENT_TYPE, "application/json");
    let malformed = malformed.body("{\"amount\":").send().await.unwrap();
    assert_eq!(malformed.status(), 400);
    assert_eq!(malformed.json::<Value>().await.unwrap()["code"], "malformed_request");
    assert_eq!((till.balance(&fan).await, till.count("charges").await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_charge_moves_nothing() {
    let till = Till::open().await;
    let fan = till.fan_with(100).await;
    let problem = till.charge(&fan, SandboxProvider::DECLINED).send().await.problem(402, "charge_declined");
    assert_eq!(problem["detail"], "the card was declined");
    assert_eq!((till.balance(&fan).await, till.entries(&fan).await.len()), (100, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_without_an_answer_leaves_nothing_half_done() {
    let till = Till::open_with(&[NO_JOBS]).await;
    let fan = till.fan_with(100).await;
    let reply = till.charge(&fan, SandboxProvider::UNANSWERED).send().await;
    assert_eq!(reply.header("retry-after"), Some("1"));
    reply.problem(503, "unavailable");
    assert_eq!((till.balance(&fan).await, till.entries(&fan).await.len()), (100, 1));
    assert_eq!(till.count("charges WHERE state = 'pending'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_no_connection_is_told_to_come_back() {
    let till = Till::open_with(&[NO_JOBS]).await;
    let fan = till.fan().await;
    let one_connection = ("BOXOFFICE__DATABASE__POOL_SIZE", "1");
    let no_patience = ("BOXOFFICE__DATABASE__ACQUIRE_TIMEOUT_MS", "50");
    let crowded = till.another(&[NO_JOBS, PATIENT, one_connection, no_patience]).await;
    let look = || crowded.get(&fan.wallet).bearer(&fan.token).send();
    let charge = || {
        let request = crowded.post(&format!("{}/charges", fan.wallet), json!({ "amount": 500 }));
        request.bearer(&fan.token).send()
    };
    // Making the connection may take longer than the patience; from then on it is there.
    until("the connection is made", async || look().await.status == 200).await;

    let mut held = till.hold_wallet(&fan).await;
    let charging = tokio::spawn(charge());
    held.somebody_waits().await;
    for reply in [charge().await, look().await] {
        assert_eq!(reply.header("retry-after"), Some("1"));
        reply.problem(503, "unavailable");
    }
    held.release().await;
    charging.await.unwrap().expect(201);
    assert_eq!(till.balance(&fan).await, 500);
}
