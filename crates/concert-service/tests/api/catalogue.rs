use reqwest::Method;
use serde_json::{Value, json};
use test_kit::spawn_in_memory;

use concert_service::ConcertService;

use crate::hall::{Fits, Hall, field, new_id};

#[tokio::test(flavor = "multi_thread")]
async fn a_concert_is_added_and_shown_to_everybody() {
    let hall = Hall::open().await;
    let reply = hall.add(&hall.new_concert()).send().await;
    let location = reply.header("location").unwrap().to_owned();
    let added = reply.expect(201);
    let id = added["concertId"].as_str().unwrap();
    assert_eq!(location, format!("/v1/concerts/{id}"));
    let expected = json!({
        "concertId": id,
        "title": "Arirang",
        "venue": "Hall",
        "queueId": hall.queue,
        "salesOpenAt": "2026-01-01T00:00:00Z",
        "salesCloseAt": "2027-06-01T00:00:00Z",
    });
    assert_eq!(added, expected);
    assert_eq!(hall.service.get(&location).send().await.expect(200), expected);
    let listed = hall.service.get("/v1/concerts").send().await.expect(200);
    assert_eq!(listed, json!({ "concerts": [expected], "nextCursor": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_concert_without_a_queue_of_its_own_stands_behind_the_main_one() {
    let hall = Hall::open().await;
    let mut body = hall.new_concert();
    body.as_object_mut().unwrap().remove("queueId");
    let added = hall.add(&body).send().await.expect(201);
    assert_eq!(added["queueId"], "01900000-0000-7000-8000-000000000001");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_adapters_serve_the_same() {
    let hall = Hall::open().await;
    let service = spawn_in_memory::<ConcertService>(&[], &hall.issuers).await;
    let added = service
        .post("/v1/admin/concerts", hall.new_concert())
        .bearer(&hall.operator)
        .send()
        .await
        .expect(201);
    let path = format!("/v1/concerts/{}", added["concertId"].as_str().unwrap());
    assert_eq!(service.get(&path).send().await.expect(200), added);
}

#[tokio::test(flavor = "multi_thread")]
async fn concerts_come_in_pages() {
    let hall = Hall::open().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(hall.add(&hall.new_concert()).send().await.expect(201));
    }
    let first = hall.service.get("/v1/concerts?limit=2").send().await.expect(200);
    assert_eq!(first["concerts"].as_array().unwrap(), &made[..2]);
    let cursor = first["nextCursor"].as_str().unwrap();
    let path = format!("/v1/concerts?limit=2&cursor={cursor}");
    let second = hall.service.get(&path).send().await.expect(200);
    assert_eq!(second, json!({ "concerts": [made[2]], "nextCursor": null }));
    for query in ["limit=0", "limit=101", "limit=x", "cursor=x", "page=2"] {
        hall.service.get(&format!("/v1/concerts?{query}")).send().await.problem(422, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_found_and_other_methods_are_refused() {
    let hall = Hall::open().await;
    let unknown = format!("/v1/concerts/{}", new_id());
    hall.service.get(&unknown).send().await.problem(404, "not_found");
    hall.service.get("/v1/concerts/x").send().await.problem(404, "not_found");
    hall.service.get("/v1/concertos").send().await.problem(404, "not_found");
    for (method, path) in [
        (Method::DELETE, "/v1/concerts"),
        (Method::PUT, unknown.as_str()),
        (Method::GET, "/v1/admin/concerts"),
        (Method::POST, &format!("{unknown}/schedules")),
        (Method::POST, &format!("/v1/schedules/{}/seats", new_id())),
    ] {
        let reply = hall.service.request(method, path).send().await;
        assert!(reply.header("allow").is_some());
        reply.problem(405, "method_not_allowed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_operator_adds_a_concert() {
    let hall = Hall::open().await;
    hall.assert_only(Fits::Operator, || hall.service.post("/v1/admin/concerts", hall.new_concert())).await;
    let listed = hall.service.get("/v1/concerts").send().await.expect(200);
    assert_eq!(listed["concerts"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_concert_is_named() {
    let hall = Hall::open().await;
    let with = |name: &str, value: Value| {
        let mut body = hall.new_concert();
        body[name] = value;
        body
    };
    for (body, at_fault) in [
        (with("title", json!(" ")), "title"),
        (with("title", json!("x".repeat(201))), "title"),
        (with("venue", json!("a\u{0}b")), "venue"),
        (with("venue", json!(7)), "venue"),
        (with("queueId", json!("main")), "queueId"),
        (with("salesCloseAt", json!("2026-01-01T00:00:00Z")), "salesCloseAt"),
        (with("salesOpenAt", json!("tomorrow")), "salesOpenAt"),
        (with("price", json!(1)), "price"),
        (json!({}), "title"),
    ] {
        let problem = hall.add(&body).send().await.problem(422, "invalid_request");
        assert_eq!(field(&problem), at_fault);
    }
    let malformed =
        hall.service.client.post(hall.service.url("/v1/admin/concerts")).bearer_auth(&hall.operator);
    let malformed = malformed.body("{\"title\":").send().await.unwrap();
    assert_eq!(malformed.status().as_u16(), 400);
    let problem: Value = malformed.json().await.unwrap();
    assert_eq!(problem["code"], "malformed_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_adds_one_concert() {
    let hall = Hall::open().await;
    let first = hall.add(&hall.new_concert()).key("one").send().await;
    let again = hall.add(&hall.new_concert()).key("one").send().await;
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(first.expect(201), again.expect(201));
    let mut other = hall.new_concert();
    other["title"] = json!("Another");
    hall.add(&other).key("one").send().await.problem(422, "idempotency_key_reused");
    let listed = hall.service.get("/v1/concerts").send().await.expect(200);
    assert_eq!(listed["concerts"].as_array().unwrap().len(), 1);
}
