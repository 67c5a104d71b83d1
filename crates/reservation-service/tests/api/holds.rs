use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::hall::{Hall, NO_JOBS, PRICE, Sale, fields, instant, inventory, members, new_id};

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_answered_with_its_seats_its_end_and_its_place() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(12).await;
    let fan = hall.fan(&sale);
    let reply = hall.hold(&fan, &sale, &[10, 1]).send().await;
    let location = reply.header("location").expect("a location").to_owned();
    let body = reply.expect(201);
    assert_eq!(location, format!("/v1/reservations/{}", body["reservationId"].as_str().unwrap()));
    let seat = |place: usize, row: u32| json!({ "seatId": sale.seats[place], "number": place + 1, "section": "Floor", "row": row, "price": PRICE });
    let expected = json!({
        "reservationId": body["reservationId"],
        "scheduleId": sale.schedule,
        "status": "held",
        "seats": [seat(1, 1), seat(10, 2)],
        "amount": 2 * PRICE,
        "expiresAt": body["expiresAt"],
        "expiresInSeconds": 300,
        "createdAt": body["createdAt"],
    });
    assert_eq!(body, expected);
    assert_eq!(instant(&body["expiresAt"]), instant(&body["createdAt"]) + TimeDelta::seconds(300));

    let mut shown = hall.look(&fan, &location).await;
    let left = shown["expiresInSeconds"].take().as_i64().unwrap();
    assert!((270..=300).contains(&left), "{left}");
    shown["expiresInSeconds"] = json!(300);
    assert_eq!(shown, body);
}

#[tokio::test(flavor = "multi_thread")]
async fn taken_seats_are_named_and_nothing_is_held() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(4).await;
    hall.held(&hall.fan(&sale), &sale, &[0]).await;
    hall.bought(&hall.fan_with(&sale, PRICE).await, &sale, &[2]).await;
    let problem =
        hall.hold(&hall.fan(&sale), &sale, &[0, 1, 2, 3]).send().await.problem(409, "seat_unavailable");
    assert_eq!(problem["conflicts"], json!([sale.seats[0], sale.seats[2]]));
    hall.held(&hall.fan(&sale), &sale, &[1, 3]).await;
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_says_when_it_opens_and_when_it_closed() {
    let hall = Hall::open().await;
    for (shift, code, extra, named) in [
        (TimeDelta::hours(2), "sale_not_open", "salesOpenAt", "salesOpenAt"),
        (-TimeDelta::hours(2), "sale_closed", "salesCloseAt", "salesCloseAt"),
    ] {
        let sale = Sale::of(1);
        let mut body = inventory(&sale);
        for time in ["salesOpenAt", "salesCloseAt"] {
            body[time] = json!(instant(&body[time]) + shift);
        }
        hall.publish(&sale, &body).send().await.expect(204);
        let problem = hall.hold(&hall.fan(&sale), &sale, &[0]).send().await.problem(409, code);
        // To the microsecond, as the database keeps it.
        let off = instant(&problem[extra]) - instant(&body[named]);
        assert!(off.num_milliseconds() == 0, "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fan_gets_more_seats_than_the_limit() {
    let hall = Hall::open_with(&[NO_JOBS, ("BOXOFFICE__RESERVATION__MAX_SEATS_PER_USER", "3")]).await;
    let sale = hall.on_sale(8).await;
    let fan = hall.fan(&sale);
    hall.held(&fan, &sale, &[0, 1]).await;
    let problem = hall.hold(&fan, &sale, &[2, 3]).send().await.problem(409, "seat_limit_reached");
    assert_eq!((&problem["maxSeats"], &problem["takenSeats"]), (&json!(3), &json!(2)));
    hall.held(&fan, &sale, &[2]).await;
    hall.held(&hall.fan(&sale), &sale, &[3, 4, 5]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_can_not_be_held() {
    let hall = Hall::open().await;
    let (sale, other) = (hall.on_sale(2).await, hall.on_sale(1).await);
    let fan = hall.fan(&sale);
    let nowhere = Sale { schedule: new_id(), ..sale.clone() };
    hall.hold(&fan, &nowhere, &[0]).send().await.problem(404, "not_found");
    let strange = Sale { seats: vec![sale.seats[0], other.seats[0], new_id()], ..sale.clone() };
    let problem = hall.hold(&fan, &strange, &[0, 1, 2]).send().await.problem(404, "not_found");
    assert_eq!(problem["unknownSeatIds"], json!(strange.seats[1..]));
    hall.held(&fan, &sale, &[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_request_is_named() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(3).await;
    let fan = hall.fan(&sale);
    let seat = sale.seats[0];
    let many: Vec<_> = (0..101).map(|_| new_id()).collect();
    for (body, at_fault) in [
        (json!({ "scheduleId": sale.schedule, "seatIds": [] }), "seatIds"),
        (json!({ "scheduleId": sale.schedule, "seatIds": [seat, sale.seats[1], seat] }), "seatIds"),
        (json!({ "scheduleId": sale.schedule, "seatIds": many }), "seatIds"),
        (json!({ "scheduleId": sale.schedule, "seatIds": ["A1"] }), "seatIds[0]"),
        (json!({ "scheduleId": sale.schedule }), "seatIds"),
        (json!({ "seatIds": [seat] }), "scheduleId"),
        (json!({ "scheduleId": 7, "seatIds": [seat] }), "scheduleId"),
        (json!({ "scheduleId": sale.schedule, "seatIds": [seat], "price": 1 }), "price"),
    ] {
        let reply = hall.service.post("/v1/reservations", &body).bearer(&fan.pass).send().await;
        assert_eq!(fields(&reply.problem(422, "invalid_request")), [at_fault], "{body}");
    }
    let broken = hall
        .service
        .client
        .post(hall.service.url("/v1/reservations"))
        .bearer_auth(&fan.pass)
        .body("{\"scheduleId\":");
    assert_eq!(broken.send().await.unwrap().status().as_u16(), 400);
    assert_eq!(hall.look(&fan, "/v1/reservations").await["reservations"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_repeated_under_its_key_is_the_same_one() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(4).await;
    let (fan, other) = (hall.fan(&sale), hall.fan(&sale));
    let bytes = async |fan: &crate::hall::Fan, places: &[usize], key: &str| {
        let request = hall.service.client.post(hall.service.url("/v1/reservations")).bearer_auth(&fan.pass);
        let response =
            request.header("idempotency-key", key).json(&sale.wanted(places)).send().await.unwrap();
        let location = response.headers().get("location").cloned();
        (response.status().as_u16(), location, response.bytes().await.unwrap())
    };
    let first = bytes(&fan, &[0, 1], "first").await;
    assert_eq!(first.0, 201);
    assert_eq!(bytes(&fan, &[0, 1], "first").await, first);
    hall.hold(&fan, &sale, &[2]).key("first").send().await.problem(422, "idempotency_key_reused");
    // A refusal is an answer too, and is repeated when it would no longer be given.
    let refused = bytes(&other, &[0], "first").await;
    assert_eq!(refused.0, 409);
    let path = first.1.as_ref().unwrap().to_str().unwrap().to_owned();
    hall.give_up(&fan, &path).await.expect(204);
    assert_eq!(bytes(&other, &[0], "first").await, refused);
    assert_eq!(bytes(&fan, &[0, 1], "first").await, first);
    assert_eq!(hall.status(&fan, &path).await, "released");
    // Without the key it is a new wish.
    hall.held(&other, &sale, &[0]).await;
    let long = "x".repeat(256);
    let problem: Value = hall.hold(&fan, &sale, &[3]).key(&long).send().await.problem(422, "invalid_request");
    assert_eq!(fields(&problem), ["Idempotency-Key"]);
    assert_eq!(hall.count("SELECT count(*) FROM reservations").await, 2);
    assert!(members(&problem).contains(&"requestId"));
}
