//! Clients whose connection is gone before the answer: what they commanded is done all the same.

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::till::{Fan, NO_JOBS, PATIENT, Till, new_id, until};

/// With one worker, what is asked after the hang-up is answered after the hang-up was noticed.
const ONE_WORKER: (&str, &str) = ("BOXOFFICE__HTTP__WORKERS", "1");

/// Sends a request, and resets the connection while the command waits for the wallet.
async fn hang_up_half_way(till: &Till, fan: &Fan, request: &str, authorization: &str, body: &Value) {
    let mut held = till.hold_wallet(fan).await;
    let address = till.service.url("").replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let body = body.to_string();
    let text = format!(
        "{request} HTTP/1.1\r\nhost: {address}\r\nauthorization: {authorization}\r\n\
         content-type: application/json\r\nidempotency-key: one\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    held.somebody_waits().await;
    stream.set_zero_linger().unwrap();
    drop(stream);
    for _ in 0..3 {
        till.service.get("/healthz").send().await.expect(200);
    }
    held.release().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_is_completed() {
    let till = Till::open_with(&[NO_JOBS, PATIENT, ONE_WORKER]).await;
    let fan = till.fan().await;
    let (request, authorization) = (format!("POST {}/charges", fan.wallet), format!("Bearer {}", fan.token));
    hang_up_half_way(&till, &fan, &request, &authorization, &json!({ "amount": 500 })).await;
    until("the charge is in the wallet", async || till.balance(&fan).await == 500).await;
    // The answer is kept for when the client comes back.
    until("the answer is kept", async || till.count("idempotency_keys WHERE answer_status = 201").await == 1)
        .await;
    till.charge(&fan, 500).key("one").send().await.expect(201);
    assert_eq!(till.balance(&fan).await, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debit_is_completed() {
    let till = Till::open_with(&[NO_JOBS, PATIENT, ONE_WORKER]).await;
    let fan = till.fan_with(500).await;
    let debit = json!({ "paymentId": new_id(), "userId": fan.id, "amount": 300 });
    let seller = till.issuers.service_credential("reservation-service");
    let body = json!({ "debits": [debit] });
    hang_up_half_way(&till, &fan, "POST /internal/v1/debits", &seller, &body).await;
    until("the debit is taken", async || till.balance(&fan).await == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_is_completed() {
    let till = Till::open_with(&[NO_JOBS, PATIENT, ONE_WORKER]).await;
    let (fan, payment) = (till.fan_with(500).await, new_id());
    till.debit(&fan, payment, 300).send().await.expect(200);
    let path = format!("/internal/v1/debits/{payment}");
    let seller = till.issuers.service_credential("reservation-service");
    hang_up_half_way(&till, &fan, &format!("POST {path}/refund"), &seller, &json!(null)).await;
    until("the refund is in the wallet", async || till.balance(&fan).await == 500).await;
}
