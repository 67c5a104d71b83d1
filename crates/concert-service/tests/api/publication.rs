use serde_json::{Value, json};

use crate::box_office::Fault;
use crate::hall::{Fits, Hall, SALES_OPEN_AT, STARTS_AT, field, new_id, plan};

#[tokio::test(flavor = "multi_thread")]
async fn a_performance_is_on_sale_once_it_is_answered_for() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    let sections = json!([
        { "name": "Floor", "rows": 2, "seatsPerRow": 10, "price": 150_000 },
        { "name": "Balcony", "rows": 3, "seatsPerRow": 5, "price": 50_000 },
    ]);
    let reply = hall.publish(&concert, &json!({ "startsAt": STARTS_AT, "sections": sections })).send().await;
    let location = reply.header("location").unwrap().to_owned();
    let body = reply.expect(201);
    let id = body["scheduleId"].as_str().unwrap();
    let concert_id = concert.strip_prefix("/v1/concerts/").unwrap();
    let expected =
        json!({ "scheduleId": id, "concertId": concert_id, "startsAt": STARTS_AT, "seatsTotal": 35 });
    assert_eq!(body, expected);
    assert_eq!(location, format!("/v1/schedules/{id}/seats"));
    assert_eq!(hall.office.published(), [id.parse().unwrap()]);
    let seats = hall.service.get(&location).bearer(&hall.pass()).send().await.expect(200);
    assert_eq!(seats["seats"].as_array().unwrap().len(), 35);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_inventory_fans_see_nothing_and_asking_again_publishes_the_seats_once() {
    for fault in [Fault::Down, Fault::AnswerLost] {
        let hall = Hall::open().await;
        let concert = hall.concert().await;
        hall.office.fail(Some(fault));
        for _ in 0..2 {
            let reply = hall.publish(&concert, &plan(STARTS_AT, 2)).send().await;
            assert!(reply.header("retry-after").is_some());
            reply.problem(503, "unavailable");
        }
        hall.office.fail(None);
        assert_eq!(hall.schedules(&concert).await, Vec::<Value>::new());
        let body = hall.publish(&concert, &plan(STARTS_AT, 2)).send().await.expect(201);
        let id = body["scheduleId"].as_str().unwrap();
        assert_eq!(hall.office.published(), [id.parse().unwrap()], "{fault:?}");
        let shown = hall.schedules(&concert).await;
        assert_eq!(shown.len(), 1);
        assert_eq!(
            (&shown[0]["scheduleId"], &shown[0]["seatsAvailable"]),
            (&json!(id), &json!(20)),
            "{fault:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_goes_on_where_a_failure_left_off() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    let publish = || hall.publish(&concert, &plan(STARTS_AT, 2)).key("opening night").send();
    hall.office.fail(Some(Fault::AnswerLost));
    publish().await.problem(503, "unavailable");
    hall.office.fail(None);
    let first = publish().await.expect(201);
    let again = publish().await;
    assert!(again.header("location").is_some());
    assert_eq!(again.expect(201), first);
    assert_eq!(hall.office.published().len(), 1);
    let other = hall.publish(&concert, &plan(STARTS_AT, 3)).key("opening night").send().await;
    other.problem(422, "idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_plan_waits_for_the_one_that_may_be_on_sale() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    hall.office.fail(Some(Fault::AnswerLost));
    hall.publish(&concert, &plan(STARTS_AT, 2)).send().await.problem(503, "unavailable");
    hall.office.fail(None);
    let problem =
        hall.publish(&concert, &plan(STARTS_AT, 3)).send().await.problem(409, "schedule_draft_exists");
    let published = hall.publish(&concert, &plan(STARTS_AT, 2)).send().await.expect(201);
    assert_eq!(problem["scheduleId"], published["scheduleId"]);
    assert_eq!(published["seatsTotal"], 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_is_taken_by_the_performance_published_for_it() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    let published = hall.publish(&concert, &plan(STARTS_AT, 2)).send().await.expect(201);
    for rows in [2, 3] {
        let problem =
            hall.publish(&concert, &plan(STARTS_AT, rows)).send().await.problem(409, "schedule_exists");
        assert_eq!(problem["scheduleId"], published["scheduleId"]);
    }
    assert_eq!(hall.office.published().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_operator_publishes() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    let path = format!("{}/schedules", concert.replace("/v1/", "/v1/admin/"));
    hall.assert_only(Fits::Operator, || hall.service.post(&path, plan(STARTS_AT, 2))).await;
    assert_eq!(hall.office.published(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_performance_is_named() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    let section = |name: &str, value: Value| {
        let mut body = plan(STARTS_AT, 2);
        body["sections"][0][name] = value;
        body
    };
    for (body, at_fault) in [
        (json!({ "startsAt": STARTS_AT, "sections": [] }), "sections"),
        (json!({ "startsAt": STARTS_AT }), "sections"),
        (plan(SALES_OPEN_AT, 2), "startsAt"),
        (plan("noon", 2), "startsAt"),
        (section("name", json!("")), "sections[0].name"),
        (section("rows", json!(0)), "sections[0].rows"),
        (section("rows", json!(-1)), "sections[0].rows"),
        (section("seatsPerRow", json!(0)), "sections[0].seatsPerRow"),
        (section("price", json!(0)), "sections[0].price"),
        (section("rows", json!(100_001)), "sections"),
        (section("colour", json!("red")), "sections[0].colour"),
        (json!({ "startsAt": STARTS_AT, "sections": [["Floor", 5, 10, 50_000]] }), "sections[0]"),
    ] {
        let problem = hall.publish(&concert, &body).send().await.problem(422, "invalid_request");
        assert_eq!(field(&problem), at_fault);
    }
    let nowhere = format!("/v1/concerts/{}", new_id());
    hall.publish(&nowhere, &plan(STARTS_AT, 2)).send().await.problem(404, "not_found");
    assert_eq!(hall.office.published(), []);
}
