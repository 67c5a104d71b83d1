use std::time::Duration;

use service_kit::client;

use crate::hall::{Hall, PRICE};

/// A test that waits longer than this for an answer hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// A peer may take its time: what is looked at happens while it does.
const PATIENT: [(&str, &str); 1] = [("BOXOFFICE__PEERS__DEADLINE_MS", "60000")];

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_that_stalls_is_replaced_and_fenced_off() {
    let hall = Hall::open_with(&PATIENT).await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, 2 * PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0]).await;
    hall.wallet.keep_waiting();
    let slow = tokio::spawn(hall.pay(&fan, &reservation).key("k").send());
    hall.wallet.somebody_waits().await;
    let problem =
        hall.pay(&fan, &reservation).key("k").send().await.problem(409, "idempotency_key_in_flight");
    assert_eq!(problem["status"], 409);
    assert_eq!(hall.status(&fan, &reservation).await, "paying");

    hall.let_drivers_stall(false).await;
    hall.until(&fan, &reservation, "confirmed").await;
    let written = "SELECT fence FROM payments";
    assert_eq!(hall.count(written).await, 2);
    hall.wallet.let_go_on();
    // It writes nothing; where it knows no better, it says that the payment goes on.
    let body = slow.await.unwrap().expect(202);
    let payment = format!("/v1/payments/{}", body["paymentId"].as_str().unwrap());
    assert_eq!(hall.status(&fan, &payment).await, "captured");
    assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
    assert_eq!(hall.tickets(&fan, &reservation).await.len(), 1);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_caller_hangs_up_goes_on_to_its_end() {
    let settings = [PATIENT[0], ("BOXOFFICE__JOBS__ENABLED", "false")];
    let hall = Hall::open_with(&settings).await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0]).await;
    hall.wallet.keep_waiting();
    // A client of its own: what it gives up is closed, and not kept for others.
    let client = client::build(PATIENCE).unwrap();
    let request =
        client.post(hall.service.url(&format!("{reservation}/payments"))).bearer_auth(&fan.pass).send();
    let hasty = tokio::spawn(request);
    hall.wallet.somebody_waits().await;
    hasty.abort();
    assert!(hasty.await.is_err_and(|end| end.is_cancelled()));
    drop(client);
    // Nobody works here but the command itself. It is given up before the wallet answers, as far as a server can be
    // told so: it has answered another request in between.
    assert_eq!(hall.status(&fan, &reservation).await, "paying");
    hall.wallet.let_go_on();
    hall.until(&fan, &reservation, "confirmed").await;
    hall.until_so("the pass is finished", async || hall.queue.told(fan.entry) == (1, 0)).await;
    assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_whose_caller_hangs_up_goes_on_to_its_end() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, PRICE).await;
    let (reservation, payment) = hall.bought(&fan, &sale, &[0]).await;
    let client = client::build(PATIENCE).unwrap();
    let request = client.delete(hall.service.url(&reservation)).bearer_auth(&fan.access).send();
    let hasty = tokio::spawn(request);
    hall.until(&fan, &reservation, "cancelled").await;
    hasty.abort();
    drop(client);
    hall.until(&fan, &payment, "refunded").await;
    assert_eq!(hall.wallet.moved(fan.user).await, [PRICE, -PRICE]);
}
