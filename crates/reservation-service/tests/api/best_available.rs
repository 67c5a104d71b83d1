use std::collections::BTreeSet;

use serde_json::{Value, json};
use test_kit::Request;
use tokio::task::JoinSet;

use crate::hall::{Fan, Hall, NO_JOBS, PRICE, Sale, fields, members};

/// The path of holds.
const RESERVATIONS: &str = "/v1/reservations";

fn best(sale: &Sale, quantity: u32) -> Value {
    json!({ "scheduleId": sale.schedule, "bestAvailable": { "quantity": quantity } })
}

fn ask(hall: &Hall, fan: &Fan, body: &Value) -> Request {
    hall.service.post(RESERVATIONS, body).bearer(&fan.pass)
}

fn numbers(reservation: &Value) -> Vec<u64> {
    reservation["seats"].as_array().unwrap().iter().map(|seat| seat["number"].as_u64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_best_seats_are_answered_as_any_hold_and_paid_for() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(30).await;
    let fan = hall.fan_with(&sale, 2 * PRICE).await;
    let reply = ask(&hall, &fan, &best(&sale, 2)).send().await;
    let location = reply.header("location").expect("a location").to_owned();
    let body = reply.expect(201);
    let seat = |place: usize| json!({ "seatId": sale.seats[place], "number": place + 1, "section": "Floor", "row": 1, "price": PRICE });
    let expected = json!({
        "reservationId": body["reservationId"],
        "scheduleId": sale.schedule,
        "status": "held",
        "seats": [seat(4), seat(5)],
        "amount": 2 * PRICE,
        "expiresAt": body["expiresAt"],
        "expiresInSeconds": 300,
        "createdAt": body["createdAt"],
    });
    assert_eq!(body, expected);
    assert_eq!(location, format!("{RESERVATIONS}/{}", body["reservationId"].as_str().unwrap()));
    assert_eq!(numbers(&hall.look(&fan, &location).await), [5, 6]);
    let other = ask(&hall, &hall.fan(&sale), &best(&sale, 2)).send().await.expect(201);
    assert_eq!(numbers(&other), [15, 16]);
    hall.pay(&fan, &location).send().await.expect(201);
    assert_eq!(hall.tickets(&fan, &location).await.len(), 2);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_wish_is_named() {
    let hall = Hall::open_with(&[NO_JOBS, ("BOXOFFICE__RESERVATION__MAX_SEATS_PER_USER", "3")]).await;
    let sale = hall.on_sale(12).await;
    let fan = hall.fan(&sale);
    let seats = json!([sale.seats[0]]);
    for (wish, at_fault) in [
        (json!({}), "seatIds"),
        (json!({ "bestAvailable": null }), "seatIds"),
        (json!({ "seatIds": seats, "bestAvailable": { "quantity": 1 } }), "bestAvailable"),
        (json!({ "seatIds": [], "bestAvailable": { "quantity": 1 } }), "bestAvailable"),
        (json!({ "bestAvailable": 2 }), "bestAvailable"),
        (json!({ "bestAvailable": [2] }), "bestAvailable"),
        (json!({ "bestAvailable": [2, "Floor"] }), "bestAvailable"),
        (json!({ "bestAvailable": {} }), "bestAvailable.quantity"),
        (json!({ "bestAvailable": { "quantity": 0 } }), "bestAvailable.quantity"),
        (json!({ "bestAvailable": { "quantity": -1 } }), "bestAvailable.quantity"),
        (json!({ "bestAvailable": { "quantity": 1.5 } }), "bestAvailable.quantity"),
        (json!({ "bestAvailable": { "quantity": "2" } }), "bestAvailable.quantity"),
        (json!({ "bestAvailable": { "quantity": 4 } }), "bestAvailable.quantity"),
        (json!({ "bestAvailable": { "quantity": 4_294_967_296_u64 } }), "bestAvailable.quantity"),
        (json!({ "bestAvailable": { "quantity": 1, "row": 2 } }), "bestAvailable.row"),
        (json!({ "bestAvailable": { "quantity": 1, "section": 7 } }), "bestAvailable.section"),
        (json!({ "bestAvailable": { "quantity": 1, "section": "x".repeat(81) } }), "bestAvailable.section"),
        (json!({ "bestAvailable": { "quantity": 1, "section": "Balcony" } }), "bestAvailable.section"),
        (json!({ "bestAvailable": { "quantity": 1, "section": "Floor\u{0}" } }), "bestAvailable.section"),
    ] {
        let mut body = wish;
        body["scheduleId"] = json!(sale.schedule);
        let problem = ask(&hall, &fan, &body).send().await.problem(422, "invalid_request");
        assert_eq!(fields(&problem), [at_fault], "{body}");
        if body["bestAvailable"]["section"] == "Balcony" {
            assert!(problem["errors"][0]["message"].as_str().unwrap().contains("\"Balcony\""), "{problem}");
        }
    }
    assert_eq!(hall.look(&fan, RESERVATIONS).await["reservations"], json!([]));
    assert_eq!(numbers(&ask(&hall, &fan, &best(&sale, 3)).send().await.expect(201)), [4, 5, 6]);
    let problem = ask(&hall, &fan, &best(&sale, 1)).send().await.problem(409, "seat_limit_reached");
    assert_eq!((&problem["maxSeats"], &problem["takenSeats"]), (&json!(3), &json!(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_such_seats_are_left_no_seat_is_in_conflict_and_what_there_is_is_said() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(13).await;
    hall.held(&hall.fan(&sale), &sale, &[1, 4, 7]).await;
    let fan = hall.fan(&sale);
    let problem = ask(&hall, &fan, &best(&sale, 4)).send().await.problem(409, "seat_unavailable");
    assert_eq!((&problem["conflicts"], &problem["mostSideBySide"]), (&json!([]), &json!(3)));
    assert_eq!(problem["detail"], "no 4 seats side by side are left; the most is 3");
    let mut body = best(&sale, 4);
    body["bestAvailable"]["section"] = json!("Floor");
    let problem = ask(&hall, &fan, &body).send().await.problem(409, "seat_unavailable");
    assert_eq!(problem["detail"], "no 4 seats side by side are left in section Floor; the most is 3");
    assert!(members(&problem).contains(&"requestId"));
    assert_eq!(hall.look(&fan, RESERVATIONS).await["reservations"], json!([]));
    // What it was told of is there.
    assert_eq!(numbers(&ask(&hall, &fan, &best(&sale, 3)).send().await.expect(201)), [11, 12, 13]);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_repeated_under_its_key_is_the_same_one() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(20).await;
    let fan = hall.fan(&sale);
    let bytes = async |body: &Value, key: &str| {
        let request = hall.service.client.post(hall.service.url(RESERVATIONS)).bearer_auth(&fan.pass);
        let response = request.header("idempotency-key", key).json(body).send().await.unwrap();
        let location = response.headers().get("location").cloned();
        (response.status().as_u16(), location, response.bytes().await.unwrap())
    };
    let first = bytes(&best(&sale, 2), "first").await;
    assert_eq!(first.0, 201);
    assert_eq!(bytes(&best(&sale, 2), "first").await, first);
    let named: Value = serde_json::from_slice(&first.2).unwrap();
    let seats: Vec<_> = named["seats"].as_array().unwrap().iter().map(|seat| &seat["seatId"]).collect();
    for other in [
        best(&sale, 1),
        json!({ "scheduleId": sale.schedule, "seatIds": seats }),
        json!({ "scheduleId": sale.schedule, "bestAvailable": { "quantity": 2, "section": "Floor" } }),
    ] {
        ask(&hall, &fan, &other).key("first").send().await.problem(422, "idempotency_key_reused");
    }
    // Without the key, and under another, it is a new wish.
    assert_eq!(numbers(&ask(&hall, &fan, &best(&sale, 1)).send().await.expect(201)), [15]);
    assert_eq!(numbers(&ask(&hall, &fan, &best(&sale, 1)).key("second").send().await.expect(201)), [16]);
    assert_eq!(hall.count("SELECT count(*) FROM reservations").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_refused_a_pair_over_two_replicas_while_others_name_their_seats() {
    // As many connections as in production.
    let hall = Hall::open_with(&[NO_JOBS, ("BOXOFFICE__DATABASE__POOL_SIZE", "16")]).await;
    let other = hall.replica().await;
    // Forty rows of five pairs; at most thirty of them are broken up.
    let sale = hall.on_sale(400).await;
    let mut visits = JoinSet::new();
    for visit in 0..160_usize {
        let (fan, named) = (hall.fan(&sale), visit % 16 == 0);
        let body = if named { sale.wanted(&[visit / 16 * 10 + 4]) } else { best(&sale, 2) };
        let service = if visit % 2 == 0 { &hall.service } else { &other };
        visits.spawn({
            let request = service.post(RESERVATIONS, &body).bearer(&fan.pass);
            async move { (named, request.send().await) }
        });
    }
    let mut given = BTreeSet::new();
    for (named, reply) in visits.join_all().await {
        if named && reply.status == 409 {
            reply.problem(409, "seat_unavailable");
            continue;
        }
        let seats = numbers(&reply.expect(201));
        assert_eq!(seats.len(), if named { 1 } else { 2 });
        assert!(named || seats[1] == seats[0] + 1 && !seats[0].is_multiple_of(10), "{seats:?}");
        for seat in seats {
            assert!(given.insert(seat), "{seat} was given twice");
        }
    }
    assert!(given.len() >= 300, "{}", given.len());
    hall.assert_sound().await;
}
