use serde_json::{Value, json};

use crate::hall::{Hall, PRICE, admin, fields, instant, new_id};
use crate::wallet::Fault;

const REASON: &str = "the fan called: the browser crashed";

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_released_by_an_operator_is_free_at_once_and_its_slot_goes_on() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(3).await;
    let fan = hall.fan(&sale);
    let (first, last) = (hall.held(&fan, &sale, &[0, 1]).await, hall.held(&fan, &sale, &[2]).await);
    let released = hall.release(&first, REASON).send().await.expect(200);
    assert_eq!((&released["status"], &released["release"]["reason"]), (&json!("released"), &json!(REASON)));
    assert_eq!(released, hall.inspect(&admin(&first)).await);
    let operator = released["release"]["releasedBy"].as_str().unwrap();
    assert_ne!(operator, fan.user.to_string());
    assert!(instant(&released["release"]["releasedAt"]) > instant(&released["createdAt"]));
    assert_eq!(hall.status(&fan, &first).await, "released");
    hall.held(&hall.fan(&sale), &sale, &[0, 1]).await;
    assert_eq!(hall.queue.told(fan.entry), (0, 0), "the pass still holds another");
    hall.release(&last, REASON).send().await.expect(200);
    assert_eq!(hall.queue.told(fan.entry), (0, 1));
    assert_eq!(hall.events().await, 0);
    assert_eq!(hall.count("SELECT count(DISTINCT reservation_id) FROM releases").await, 2);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_answered_again_under_its_key() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let held = hall.held(&hall.fan(&sale), &sale, &[0]).await;
    // The same operator.
    let token = hall.issuers.operator_token();
    let release = |reason: &str| {
        let path = format!("{}/release", admin(&held));
        hall.service.post(&path, json!({ "reason": reason })).bearer(&token).key("a-release")
    };
    let first = release(REASON).send().await.expect(200);
    assert_eq!(release(REASON).send().await.expect(200), first);
    release("another").send().await.problem(422, "idempotency_key_reused");
    assert_eq!(hall.count("SELECT count(*) FROM releases").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_held_is_released() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(4).await;
    let lapsed = hall.held(&hall.fan(&sale), &sale, &[0]).await;
    hall.let_holds_lapse().await;
    let buyer = hall.fan_with(&sale, PRICE).await;
    let (sold, _) = hall.bought(&buyer, &sale, &[1]).await;
    let leaver = hall.fan(&sale);
    let given_up = hall.held(&leaver, &sale, &[2]).await;
    hall.give_up(&leaver, &given_up).await.expect(204);
    let waiting = hall.fan_with(&sale, PRICE).await;
    let paying = hall.held(&waiting, &sale, &[3]).await;
    hall.wallet.fail(Some(Fault::AnswerLost));
    let payment = hall.pay(&waiting, &paying).send().await.expect(202)["paymentId"].clone();

    let refused = hall.release(&paying, REASON).send().await;
    assert!(refused.header("retry-after").is_some());
    assert_eq!(refused.problem(409, "payment_in_progress")["paymentId"], payment);
    hall.release(&sold, REASON).send().await.problem(409, "already_sold");
    for (ended, status) in [(&lapsed, "expired"), (&given_up, "released")] {
        let refused = hall.release(ended, REASON).send().await.problem(409, "hold_expired");
        assert_eq!(refused["reservationStatus"], status);
    }
    hall.release(&format!("/v1/reservations/{}", new_id()), REASON).send().await.problem(404, "not_found");
    hall.release("/v1/reservations/no-id", REASON).send().await.problem(404, "not_found");
    assert_eq!(hall.count("SELECT count(*) FROM releases").await, 0);
    assert_eq!(hall.status(&buyer, &sold).await, "confirmed");
    assert_eq!(hall.status(&waiting, &paying).await, "paying");
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_needs_a_reason_and_an_operator() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan(&sale);
    let held = hall.held(&fan, &sale, &[0]).await;
    let path = format!("{}/release", admin(&held));
    let post = |body: Value| hall.service.post(&path, body);
    post(json!({ "reason": REASON })).send().await.problem(401, "unauthenticated");
    for token in [&fan.access, &fan.pass] {
        post(json!({ "reason": REASON })).bearer(token).send().await.problem(403, "not_admitted");
    }
    let operator = hall.issuers.operator_token();
    for (body, field) in [
        (json!({ "reason": " " }), "reason"),
        (json!({ "reason": "a".repeat(201) }), "reason"),
        (json!({ "reason": 7 }), "reason"),
        (json!({}), "reason"),
        (json!({ "reason": REASON, "force": true }), "force"),
    ] {
        let refused = post(body).bearer(&operator).send().await.problem(422, "invalid_request");
        assert_eq!(fields(&refused), [field], "{refused}");
    }
    let url = hall.service.url(&path);
    let reply = hall.service.client.post(url).bearer_auth(&operator).body("{").send().await.unwrap();
    assert_eq!(reply.status(), 400);
    assert_eq!(hall.status(&fan, &held).await, "held");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_a_release_is_kept_for_ever() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let held = hall.held(&hall.fan(&sale), &sale, &[0]).await;
    hall.release(&held, REASON).send().await.expect(200);
    let owner = hall.service.database().database("reservation").await;
    for statement in ["UPDATE releases SET reason = 'another'", "DELETE FROM releases", "TRUNCATE releases"] {
        let mut connection = owner.connection().await.unwrap();
        let refused = diesel_async::SimpleAsyncConnection::batch_execute(&mut *connection, statement).await;
        assert!(refused.unwrap_err().to_string().contains("permission denied"), "{statement}");
    }
    assert_eq!(hall.inspect(&admin(&held)).await["release"]["reason"], REASON);
}
