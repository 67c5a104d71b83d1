use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{House, MAIN_QUEUE, admin, new_id};

#[tokio::test(flavor = "multi_thread")]
async fn anybody_may_look_at_a_queue() {
    let house = House::open().await;
    house.admitted(&house.join(MAIN_QUEUE).await).await;
    house.join(MAIN_QUEUE).await;
    let overview = house.queue.get(&format!("/v1/queues/{MAIN_QUEUE}")).send().await.expect(200);
    assert_eq!(
        overview,
        json!({
            "queueId": MAIN_QUEUE, "name": "Main queue", "state": "open", "waiting": 1, "admitted": 1,
            "maxActive": 1, "admitPerMinute": null, "passTtlSeconds": 600,
        })
    );
    for missing in [new_id(), "no-id".to_owned()] {
        house.queue.get(&format!("/v1/queues/{missing}")).send().await.problem(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_creates_a_queue_and_changes_it() {
    let house = House::open().await;
    let queue = new_id();
    let created = house.configure(&queue, json!({ "name": "Arena", "maxActive": 3 })).await.expect(201);
    let mut expected = json!({
        "queueId": queue, "name": "Arena", "state": "open", "waiting": 0, "admitted": 0,
        "maxActive": 3, "admitPerMinute": null, "passTtlSeconds": 600,
    });
    assert_eq!(created, expected);
    for (field, value) in [
        ("state", json!("paused")),
        ("maxActive", json!(0)),
        ("admitPerMinute", json!(30)),
        ("passTtlSeconds", json!(60)),
        ("name", json!("Hall 2")),
    ] {
        expected[field] = value.clone();
        assert_eq!(house.configure(&queue, json!({ field: value })).await.expect(200), expected);
    }
    // Absent leaves the limit, null lifts it.
    assert_eq!(house.configure(&queue, json!({})).await.expect(200), expected);
    expected["admitPerMinute"] = Value::Null;
    assert_eq!(house.configure(&queue, json!({ "admitPerMinute": null })).await.expect(200), expected);
    assert_eq!(house.queue.get(&format!("/v1/queues/{queue}")).send().await.expect(200), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raised_limit_lets_in_at_once() {
    let house = House::open_with(&[("BOXOFFICE__QUEUE__ADMISSION_INTERVAL_MS", "3600000")]).await;
    let (first, second) = (house.join(MAIN_QUEUE).await, house.join(MAIN_QUEUE).await);
    house.admitted(&first).await;
    house.configure(MAIN_QUEUE, json!({ "maxActive": 2 })).await.expect(200);
    house.admitted(&second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_operator_changes_a_queue() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    let put = || house.queue.put(&admin(MAIN_QUEUE), json!({ "maxActive": 9 }));
    put().send().await.problem(401, "unauthenticated");
    put().bearer("nonsense").send().await.problem(401, "unauthenticated");
    put().bearer(&fan.access).send().await.problem(403, "not_admitted");
    put().bearer(&fan.token).send().await.problem(403, "not_admitted");
    house.as_service(put(), "reservation-service").send().await.problem(403, "not_admitted");
    let overview = house.queue.get(&format!("/v1/queues/{MAIN_QUEUE}")).send().await.expect(200);
    assert_eq!(overview["maxActive"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_makes_no_sense_names_its_field() {
    let house = House::open().await;
    let queue = new_id();
    for (change, field) in [
        (json!({ "maxActive": -1 }), "maxActive"),
        (json!({ "maxActive": 1_000_001 }), "maxActive"),
        (json!({ "admitPerMinute": 0 }), "admitPerMinute"),
        (json!({ "passTtlSeconds": 0 }), "passTtlSeconds"),
        (json!({ "passTtlSeconds": "long" }), "passTtlSeconds"),
        (json!({ "name": " " }), "name"),
        (json!({ "state": "ajar" }), "state"),
        (json!({ "maxactive": 1 }), "maxactive"),
    ] {
        let problem = house.configure(&queue, change.clone()).await.problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], field, "{change}");
    }
    house.queue.get(&format!("/v1/queues/{queue}")).send().await.problem(404, "not_found");
    house.configure("no-id", json!({})).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_is_malformed() {
    let house = House::open().await;
    for body in ["{\"maxActive\":", "", "{} {}"] {
        let url = house.queue.url(&admin(MAIN_QUEUE));
        let put = house.queue.client.put(url).bearer_auth(house.issuers.operator_token()).body(body);
        let reply = put.send().await.unwrap();
        assert_eq!(reply.status(), 400);
        let problem: Value = reply.json().await.unwrap();
        assert_eq!(problem["code"], "malformed_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_how_the_queues_go() {
    let house = House::open().await;
    let first = house.join(MAIN_QUEUE).await;
    house.admitted(&first).await;
    let second = house.join(MAIN_QUEUE).await;
    house.finish(&[&first]).await;
    house.admitted(&second).await;
    house.join(MAIN_QUEUE).await;
    let quiet = new_id();
    house.configure(&quiet, json!({ "name": "Hall", "state": "paused" })).await.expect(201);

    let look = |path: String| house.queue.get(&path).bearer(&house.issuers.operator_token()).send();
    let figures = look(admin(MAIN_QUEUE)).await.expect(200);
    let since = &figures["since"];
    assert!(since.as_str().unwrap().parse::<DateTime<Utc>>().unwrap() > DateTime::UNIX_EPOCH);
    assert_eq!(
        figures,
        json!({
            "queueId": MAIN_QUEUE, "name": "Main queue", "state": "open", "waiting": 1, "admitted": 1,
            "maxActive": 1, "admitPerMinute": null, "passTtlSeconds": 600,
            "joinedTotal": 3, "admittedTotal": 2, "finishedTotal": 1, "since": since,
        })
    );
    let all = look("/v1/admin/queues".to_owned()).await.expect(200);
    assert_eq!(all, json!({ "queues": [figures, look(admin(&quiet)).await.expect(200)] }));
    for missing in [new_id(), "no-id".to_owned()] {
        look(admin(&missing)).await.problem(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_operator_sees_how_the_queues_go() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    for path in ["/v1/admin/queues".to_owned(), admin(MAIN_QUEUE)] {
        house.queue.get(&path).send().await.problem(401, "unauthenticated");
        house.queue.get(&path).bearer(&fan.access).send().await.problem(403, "not_admitted");
        house.queue.get(&path).bearer(&fan.token).send().await.problem(403, "not_admitted");
    }
}
