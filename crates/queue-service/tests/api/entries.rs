use domain::shared::{EntryId, QueueId, UserId};
use reqwest::Method;
use serde_json::{Value, json};

use super::{House, MAIN_QUEUE, entries, me, new_id};

#[tokio::test(flavor = "multi_thread")]
async fn a_fan_joins_once_and_keeps_the_place_and_its_token() {
    let house = House::open_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    house.join(MAIN_QUEUE).await;
    let user = UserId(new_id().parse().unwrap());
    let access = house.issuers.access_token(user, "Kim");
    let join = async || house.queue.post(&entries(MAIN_QUEUE), json!({})).bearer(&access).send().await;
    let first = join().await.expect(201);
    assert_eq!(
        first,
        json!({
            "entryId": first["entryId"], "userId": user, "queueToken": first["queueToken"], "status": "waiting",
            "position": 2, "ahead": 1, "waiting": 2, "etaSeconds": null, "pollAfterMs": 1000,
        })
    );
    assert_eq!(join().await.expect(200), first);
    let token = first["queueToken"].as_str().unwrap();
    assert_eq!(house.queue.get(&me(MAIN_QUEUE)).bearer(token).send().await.expect(200), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_takes_an_access_token_and_nothing_else() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    let pass = house.admitted(&fan).await["pass"].as_str().unwrap().to_owned();
    let join = || house.queue.post(&entries(MAIN_QUEUE), json!({}));
    join().send().await.problem(401, "unauthenticated");
    join().bearer("nonsense").send().await.problem(401, "unauthenticated");
    join().bearer(&fan.token).send().await.problem(403, "not_admitted");
    join().bearer(&pass).send().await.problem(403, "not_admitted");
    house.as_service(join(), "reservation-service").send().await.problem(403, "not_admitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_shown_for_its_queue_token_and_nothing_else() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    let pass = house.admitted(&fan).await["pass"].as_str().unwrap().to_owned();
    let forged = format!("q1.{}", "A".repeat(64));
    for method in [Method::GET, Method::DELETE] {
        let ask = || house.queue.request(method.clone(), &me(MAIN_QUEUE));
        ask().send().await.problem(401, "unauthenticated");
        ask().bearer(&forged).send().await.problem(401, "unauthenticated");
        ask().bearer(&fan.access).send().await.problem(403, "not_admitted");
        ask().bearer(&pass).send().await.problem(403, "not_admitted");
    }
    house.see(&fan).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_in_its_own_queue_only() {
    let house = House::open().await;
    let other = new_id();
    house.configure(&other, json!({})).await.expect(201);
    let fan = house.join(MAIN_QUEUE).await;
    for elsewhere in [me(&other), me(&new_id()), me("no-id")] {
        for method in [Method::GET, Method::DELETE] {
            house.queue.request(method, &elsewhere).bearer(&fan.token).send().await.problem(404, "not_found");
        }
    }
    house.see(&fan).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_not_there_takes_nobody() {
    let house = House::open().await;
    for queue in [new_id(), "no-id".to_owned()] {
        let join = house.queue.post(&entries(&queue), json!({})).bearer(&house.access());
        join.send().await.problem(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_not_open_says_why_and_keeps_who_has_a_place() {
    let house = House::open_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let fan = house.join(MAIN_QUEUE).await;
    for (state, code) in [("paused", "queue_paused"), ("draining", "sale_closed")] {
        house.configure(MAIN_QUEUE, json!({ "state": state })).await.expect(200);
        let join = |access: &str| house.queue.post(&entries(MAIN_QUEUE), json!({})).bearer(access);
        join(&house.access()).send().await.problem(409, code);
        assert_eq!(join(&fan.access).send().await.expect(200)["entryId"], fan.entry.as_str());
        house.see(&fan).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_queue_turns_away_who_waits_and_keeps_who_is_inside() {
    let house = House::open().await;
    let inside = house.join(MAIN_QUEUE).await;
    house.admitted(&inside).await;
    let waits = house.join(MAIN_QUEUE).await;
    house.configure(MAIN_QUEUE, json!({ "state": "closed" })).await.expect(200);
    house
        .queue
        .post(&entries(MAIN_QUEUE), json!({}))
        .bearer(&house.access())
        .send()
        .await
        .problem(409, "sale_closed");
    let turned_away = async {
        loop {
            let reply = house.see(&waits).await;
            if reply.status != 200 {
                return reply;
            }
        }
    };
    let reply = tokio::time::timeout(super::PATIENCE, turned_away).await.expect("the line is sent home");
    assert_eq!(reply.problem(401, "pass_expired")["entryStatus"], "expired");
    assert_eq!(house.see(&inside).await.expect(200)["status"], "admitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_makes_room_and_is_told_that_the_place_has_ended() {
    let house = House::open().await;
    let (first, second, third) =
        (house.join(MAIN_QUEUE).await, house.join(MAIN_QUEUE).await, house.join(MAIN_QUEUE).await);
    house.admitted(&first).await;
    let leave = async |fan: &super::Fan| house.queue.delete(&fan.path).bearer(&fan.token).send().await;
    assert_eq!(leave(&second).await.expect(204), Value::Null);
    assert_eq!(house.see(&third).await.expect(200)["position"], 1);
    leave(&first).await.expect(204);
    house.admitted(&third).await;
    for gone in [&first, &second] {
        assert_eq!(house.see(gone).await.problem(401, "pass_expired")["entryStatus"], "expired");
        assert_eq!(leave(gone).await.problem(401, "pass_expired")["entryStatus"], "expired");
    }
    // And joins again, at the end.
    let again =
        house.queue.post(&entries(MAIN_QUEUE), json!({})).bearer(&first.access).send().await.expect(201);
    assert_ne!(again["entryId"], first.entry.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_of_another_issuer_is_no_credential_here() {
    let house = House::open().await;
    let other = test_kit::Issuers::start().await;
    let expires_at = chrono::DateTime::from_timestamp(4_000_000_000, 0).unwrap();
    let id = || new_id().parse().unwrap();
    let pass = other.pass(EntryId(id()), QueueId(id()), UserId(id()), expires_at);
    house.queue.get(&me(MAIN_QUEUE)).bearer(&pass).send().await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_paths_and_methods_are_problems_too() {
    let house = House::open().await;
    house.queue.get("/v1/queue").send().await.problem(404, "not_found");
    let reply = house.queue.request(Method::PATCH, &me(MAIN_QUEUE)).send().await;
    assert_eq!(reply.header("allow"), Some("GET, DELETE"));
    reply.problem(405, "method_not_allowed");
}
