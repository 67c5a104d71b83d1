use serde_json::{Value, json};

use crate::hall::{Hall, PRICE, instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_makes_the_seats_the_fans_own() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(3).await;
    let fan = hall.fan_with(&sale, 5 * PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0, 1]).await;
    let reply = hall.pay(&fan, &reservation).send().await;
    let location = reply.header("location").expect("a location").to_owned();
    let body = reply.expect(201);
    assert_eq!(location, format!("/v1/payments/{}", body["paymentId"].as_str().unwrap()));
    let expected = json!({
        "paymentId": body["paymentId"],
        "reservationId": reservation.rsplit('/').next(),
        "amount": 2 * PRICE,
        "status": "captured",
        "paidAt": body["paidAt"],
        "balance": 3 * PRICE,
    });
    assert_eq!(body, expected);
    let shown = hall.look(&fan, &reservation).await;
    assert_eq!(shown["status"], "confirmed");
    assert!(instant(&body["paidAt"]) >= instant(&shown["createdAt"]));
    assert_eq!(hall.look(&fan, &location).await, body);
    assert_eq!(hall.tickets(&fan, &reservation).await.len(), 2);
    assert_eq!(hall.wallet.moved(fan.user).await, [-2 * PRICE]);
    // The pass has done its work, here and at the queue.
    hall.hold(&fan, &sale, &[2]).send().await.problem(401, "pass_expired");
    assert_eq!(hall.queue.told(fan.entry), (1, 0));
    assert_eq!(hall.events().await, 0);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_too_small_leaves_the_hold_as_it_was() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(3).await;
    let fan = hall.fan_with(&sale, PRICE + 1).await;
    let reservation = hall.held(&fan, &sale, &[0, 1]).await;
    let before = hall.look(&fan, &reservation).await;
    for _ in 0..2 {
        let problem = hall.pay(&fan, &reservation).send().await.problem(402, "insufficient_balance");
        assert_eq!((&problem["balance"], &problem["required"]), (&json!(PRICE + 1), &json!(2 * PRICE)));
    }
    let after = hall.look(&fan, &reservation).await;
    assert_eq!((&after["status"], &after["expiresAt"]), (&json!("held"), &before["expiresAt"]));
    assert_eq!(hall.tickets(&fan, &reservation).await, Vec::<Value>::new());
    assert_eq!(hall.queue.told(fan.entry), (0, 0));
    hall.hold(&hall.fan(&sale), &sale, &[0]).send().await.problem(409, "seat_unavailable");
    hall.wallet.top_up(fan.user, PRICE).await;
    let body = hall.pay(&fan, &reservation).send().await.expect(201);
    assert_eq!(body["balance"], 1);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_longer_held_is_not_paid_for() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(3).await;
    let fan = hall.fan_with(&sale, 9 * PRICE).await;
    let (cancelled, _) = hall.bought(&fan, &sale, &[0]).await;
    hall.give_up(&fan, &cancelled).await.expect(204);
    let fan = hall.fan_as(fan.user, &sale);
    let released = hall.held(&fan, &sale, &[1]).await;
    hall.give_up(&fan, &released).await.expect(204);
    let expired = hall.held(&fan, &sale, &[2]).await;
    hall.let_holds_lapse().await;
    for (path, status) in [(cancelled, "cancelled"), (released, "released"), (expired, "expired")] {
        let problem = hall.pay(&fan, &path).send().await.problem(409, "hold_expired");
        assert_eq!(problem["reservationStatus"], status);
        assert_eq!(hall.status(&fan, &path).await, status);
    }
    assert_eq!(hall.wallet.balance(fan.user).await, 9 * PRICE);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paying_again_is_answered_with_the_payment_there_is() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, 2 * PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0]).await;
    let first = hall.pay(&fan, &reservation).key("k").send().await;
    let location = first.header("location").map(str::to_owned);
    let first = first.expect(201);
    // The payment itself used the pass up: who lost the answer still gets it under the same key, and nothing else.
    assert_eq!(hall.pay(&fan, &reservation).key("k").send().await.expect(201), first);
    hall.pay(&fan, &reservation).key("other").send().await.problem(401, "pass_expired");
    hall.pay(&fan, &reservation).send().await.problem(401, "pass_expired");
    // Whoever is admitted again hears of the one payment there is.
    for key in [Some("k"), Some("other"), None] {
        let again = hall.fan_as(fan.user, &sale);
        let request = hall.pay(&again, &reservation);
        let reply = match key {
            Some(key) => request.key(key).send().await,
            None => request.send().await,
        };
        assert_eq!(reply.header("location").map(str::to_owned), location);
        assert_eq!(reply.expect(201), first, "{key:?}");
    }
    assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_answer_died_with_the_process_is_still_answered_under_its_key() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, 2 * PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0]).await;
    let first = hall.pay(&fan, &reservation).key("k").send().await.expect(201);
    // As a process leaves it that is killed after the deed.
    hall.sql(
        "UPDATE idempotency_keys SET claimed_until = now(), answer_status = NULL, answer_content_type = NULL, \
         answer_location = NULL, answer_body = NULL",
    )
    .await;
    hall.pay(&fan, &reservation).key("other").send().await.problem(401, "pass_expired");
    assert_eq!(hall.pay(&fan, &reservation).key("k").send().await.expect(201), first);
    assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_one_payment_is_no_key_of_another() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(2).await;
    let fan = hall.fan_with(&sale, PRICE - 1).await;
    let (first, second) = (hall.held(&fan, &sale, &[0]).await, hall.held(&fan, &sale, &[1]).await);
    let refused = hall.pay(&fan, &first).key("k").send().await.problem(402, "insufficient_balance");
    hall.wallet.top_up(fan.user, PRICE).await;
    let again = hall.pay(&fan, &first).key("k").send().await.problem(402, "insufficient_balance");
    assert_eq!(again, refused, "the first answer is the answer");
    hall.pay(&fan, &second).key("k").send().await.problem(422, "idempotency_key_reused");
    hall.pay(&fan, &first).key("another").send().await.expect(201);
}
