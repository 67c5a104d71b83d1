//! Requirement document 001: every branch of its diagrams, over the facade.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::hall::{Hall, SEAT_PRICE, admit_at_most, from_now, text};
use crate::published::{Published, assert_failure};
use crate::stack::eventually;

const INVALID_USER: &str = "유효하지 않은 사용자입니다.";
const INVALID_TOKEN: &str = "유효하지 않은 토큰입니다.";
const INVALID_SEAT: &str = "유효하지 않거나 이미 선택된 좌석입니다.";
const NO_USER: &str = "존재하지 않는 유저입니다.";
const TOO_LITTLE: &str = "포인트가 부족합니다.";

/// A user, and the token that the document's first call gives.
struct Client {
    user: String,
    access: String,
    token: String,
}

impl Client {
    /// A user without a place in line.
    async fn new(site: &Published) -> Self {
        let user = site.stack.post("/v1/users", json!({ "name": "민아" })).send().await.expect(201);
        Self { user: text(&user, "userId"), access: text(&user, "accessToken"), token: String::new() }
    }

    async fn inside(site: &Published) -> Self {
        let mut client = Self::new(site).await;
        client.token = text(&client.place(site).await.expect(200), "token");
        let this = &client;
        eventually("position 0 and working", || async {
            let place = this.place(site).await.expect(200);
            (place["status"] == "working" && place["position"] == 0).then_some(())
        })
        .await;
        client
    }

    async fn place(&self, site: &Published) -> test_kit::Reply {
        site.get(&format!("/api/queue/{}", self.user), &self.access).await
    }

    async fn seats(&self, site: &Published, hall: &Hall) -> Vec<Value> {
        let path = format!("/api/concert/schedule/{}", hall.schedule);
        site.get(&path, &self.token).await.expect(200)["seats"].as_array().unwrap().clone()
    }

    async fn reserve(&self, site: &Published, hall: &Hall, seat: &str) -> test_kit::Reply {
        site.post(&seat_path(hall, seat, "reservation"), &self.token, Value::Null).await
    }

    async fn pay(&self, site: &Published, hall: &Hall, seat: &str) -> test_kit::Reply {
        site.post(&seat_path(hall, seat, "pay"), &self.token, Value::Null).await
    }

    async fn charge(&self, site: &Published, amount: impl Into<Value>) -> test_kit::Reply {
        let path = format!("/api/point/{}", self.user);
        site.patch(&path, &self.access, json!({ "amount": amount.into() })).await
    }

    async fn point(&self, site: &Published) -> Value {
        site.get(&format!("/api/point/{}", self.user), &self.access).await.expect(200)["point"].clone()
    }
}

fn seat_path(hall: &Hall, seat: &str, verb: &str) -> String {
    format!("/api/concert/schedule/{}/seat/{seat}/{verb}", hall.schedule)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_the_document_alone_pays_for_a_seat_and_reads_the_history() {
    let site = Published::start().await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::inside(&site).await;

    let schedules = site.get("/api/concerts/schedule", &client.token).await.expect(200);
    let schedule = &schedules["schedules"][0];
    assert_eq!((&schedule["name"], &schedule["leftSeat"]), (&json!("Chamber Night"), &json!(50)));
    assert_eq!(schedule["scheduleId"], hall.schedule);

    let seats = client.seats(&site, &hall).await;
    assert_eq!(seats.len(), 50);
    let seat = text(&seats[2], "seatId");
    let before = from_now(TimeDelta::minutes(5));
    let reserved = client.reserve(&site, &hall, &seat).await.expect(200);
    let expires: DateTime<Utc> = text(&reserved, "expiredAt").parse().unwrap();
    assert!((before..=from_now(TimeDelta::minutes(5))).contains(&expires));
    assert_eq!((&reserved["seatNumber"], &reserved["seatPrice"]), (&json!(3), &json!(SEAT_PRICE)));
    assert_eq!((&reserved["concertName"], &reserved["status"]), (&json!("Chamber Night"), &json!("held")));
    eventually("the seat is held", || async {
        (client.seats(&site, &hall).await[2]["status"] == "held").then_some(())
    })
    .await;
    let schedules = site.get("/api/concerts/schedule", &client.token).await.expect(200);
    assert_eq!(schedules["schedules"][0]["leftSeat"], 49);

    let charged = client.charge(&site, "80000").await.expect(200);
    assert_eq!((&charged["amount"], &charged["point"]), (&json!(80_000), &json!(80_000)));
    assert_eq!(client.point(&site).await, 80_000);

    let paid = client.pay(&site, &hall, &seat).await.expect(200);
    assert_eq!((&paid["paymentStatus"], &paid["status"]), (&json!("captured"), &json!("confirmed")));
    assert_eq!((&paid["amount"], &paid["point"]), (&json!(SEAT_PRICE), &json!(30_000)));

    assert_failure(site.get("/api/concerts/schedule", &client.token).await, 401, INVALID_TOKEN);
    // Whoever lost the answer gets it again, and pays once.
    let again = client.pay(&site, &hall, &seat).await.expect(200);
    assert_eq!(
        (&again["paymentStatus"], &again["reservationId"]),
        (&paid["paymentStatus"], &paid["reservationId"])
    );
    // The token no longer opens the sale; it still says whose points these are.
    for token in [&client.access, &client.token] {
        let history = site.get(&format!("/api/point/{}/history", client.user), token).await.expect(200);
        let of =
            |n: usize| (history["histories"][n]["type"].clone(), history["histories"][n]["amount"].clone());
        assert_eq!(of(0), (json!("use"), json!(-SEAT_PRICE)));
        assert_eq!(of(1), (json!("charge"), json!(80_000)));
        assert_eq!(history["histories"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_a_token_gets_one_and_with_one_gets_the_same() {
    let site = Published::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let (first, second) = (Client::new(&site).await, Client::new(&site).await);
    let made = first.place(&site).await.expect(200);
    assert_eq!((&made["status"], &made["position"]), (&json!("waiting"), &json!(1)));
    assert_eq!(second.place(&site).await.expect(200)["position"], 2);
    assert_eq!(first.place(&site).await.expect(200), made);
    // The token polls as well as the access token does, and with a scheme as well as without.
    let token = text(&made, "token");
    let path = format!("/api/queue/{}", first.user);
    assert_eq!(site.get(&path, &token).await.expect(200), made);
    assert_eq!(site.get(&path, &format!("Bearer {token}")).await.expect(200), made);
    admit_at_most(&site.stack, 1).await;
    eventually("position 0 and working", || async {
        let place = first.place(&site).await.expect(200);
        (place["status"] == "working" && place["position"] == 0).then_some(())
    })
    .await;
    assert_eq!(second.place(&site).await.expect(200)["position"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_anothers_token_and_a_user_who_is_none_gets_none() {
    let site = Published::start().await;
    let (client, other) = (Client::inside(&site).await, Client::inside(&site).await);
    let path = format!("/api/queue/{}", client.user);
    for token in ["", "forged", "a.b.c"] {
        assert_failure(site.get(&path, token).await, 401, INVALID_USER);
    }
    let v1 = other.token.split('~').next().unwrap();
    for token in [other.access.as_str(), &other.token, v1] {
        assert_failure(site.get(&path, token).await, 404, INVALID_USER);
    }
    for user in [Uuid::nil().to_string(), "1".to_owned()] {
        let reply = site.get(&format!("/api/queue/{user}"), &client.access).await;
        assert_failure(reply, 404, INVALID_USER);
    }
    // A queue token by itself shows its own place.
    let v1 = client.token.split('~').next().unwrap();
    assert_eq!(site.get(&path, v1).await.expect(200)["token"], v1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_waits_or_is_none_is_invalid() {
    let site = Published::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::new(&site).await;
    let waiting = text(&client.place(&site).await.expect(200), "token");
    let nobody = Uuid::nil().to_string();
    for token in [waiting.as_str(), client.access.as_str(), "", "forged", "a.b.c"] {
        let refused = [
            site.get("/api/concerts/schedule", token).await,
            site.get(&format!("/api/concert/schedule/{}", hall.schedule), token).await,
            site.post(&seat_path(&hall, &nobody, "reservation"), token, Value::Null).await,
            site.post(&seat_path(&hall, &nobody, "pay"), token, Value::Null).await,
        ];
        for reply in refused {
            assert_failure(reply, 401, INVALID_TOKEN);
        }
    }
    // Points ask for no place in line: the waiting token says whose they are.
    let reply = site.patch(&format!("/api/point/{}", client.user), &waiting, json!({ "amount": 700 })).await;
    assert_eq!(reply.expect(200)["point"], 700);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_whose_time_is_over_is_invalid() {
    let site = Published::start_with(&[("BOXOFFICE__QUEUE__PASS_TTL_SECONDS", "1")]).await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::new(&site).await;
    let token = text(&client.place(&site).await.expect(200), "token");
    let path = format!("/api/concert/schedule/{}", hall.schedule);
    eventually("the token has expired", || async {
        let reply = site.get(&path, &token).await;
        (reply.status == 401 && reply.body["tokenStatus"] == "complete").then_some(())
    })
    .await;
    let seat = Uuid::nil().to_string();
    let refused = [
        site.get("/api/concerts/schedule", &token).await,
        site.get(&path, &token).await,
        site.post(&seat_path(&hall, &seat, "reservation"), &token, Value::Null).await,
        site.post(&seat_path(&hall, &seat, "pay"), token.split('~').next().unwrap(), Value::Null).await,
    ];
    for reply in refused {
        assert_eq!(assert_failure(reply, 401, INVALID_TOKEN)["tokenStatus"], "complete");
    }
    // Its owner may wait for another.
    let next = site.get(&format!("/api/queue/{}", client.user), &token).await.expect(200);
    assert_ne!(next["token"], token.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_is_taken_or_none_is_refused() {
    let site = Published::start().await;
    let hall = Hall::open(&site.stack).await;
    let (first, second) = (Client::inside(&site).await, Client::inside(&site).await);
    let seat = text(&first.seats(&site, &hall).await[0], "seatId");
    first.reserve(&site, &hall, &seat).await.expect(200);
    assert_failure(second.reserve(&site, &hall, &seat).await, 409, INVALID_SEAT);
    for none in [Uuid::nil().to_string(), "1".to_owned()] {
        assert_failure(second.reserve(&site, &hall, &none).await, 404, INVALID_SEAT);
    }
    let nowhere = Hall { concert: hall.concert.clone(), schedule: Uuid::nil().to_string() };
    assert_failure(second.reserve(&site, &nowhere, &seat).await, 404, INVALID_SEAT);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_holds_a_seat_can_pay_for_it() {
    let site = Published::start_with(&[("BOXOFFICE__RESERVATION__HOLD_TTL_SECONDS", "2")]).await;
    let hall = Hall::open(&site.stack).await;
    let (client, other) = (Client::inside(&site).await, Client::inside(&site).await);
    let seat = text(&client.seats(&site, &hall).await[0], "seatId");
    assert_failure(client.pay(&site, &hall, &seat).await, 404, INVALID_SEAT);
    client.reserve(&site, &hall, &seat).await.expect(200);
    assert_failure(other.pay(&site, &hall, &seat).await, 404, INVALID_SEAT);
    // While it is held it could be paid if there were any money.
    let path = seat_path(&hall, &seat, "pay");
    let lapsed = site.until(409, Method::POST, &path, &client.token, Value::Null).await;
    assert_eq!((text(&lapsed, "error").as_str(), &lapsed["code"]), (INVALID_SEAT, &json!("hold_expired")));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_too_few_points_is_told_so_and_can_pay_once_they_have() {
    let site = Published::start().await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::inside(&site).await;
    let seat = text(&client.seats(&site, &hall).await[0], "seatId");
    client.reserve(&site, &hall, &seat).await.expect(200);
    assert_failure(client.pay(&site, &hall, &seat).await, 402, TOO_LITTLE);
    client.charge(&site, SEAT_PRICE).await.expect(200);
    client.pay(&site, &hall, &seat).await.expect(200);
    assert_eq!(client.point(&site).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn points_are_their_owners_alone() {
    let site = Published::start().await;
    let (client, other) = (Client::inside(&site).await, Client::inside(&site).await);
    client.charge(&site, 10_000).await.expect(200);
    let paths = |user: &str| (format!("/api/point/{user}"), format!("/api/point/{user}/history"));
    let (point, history) = paths(&client.user);
    for (token, status) in
        [(other.access.as_str(), 404), (&other.token, 404), ("", 401), ("forged", 401), ("a~b.c.d", 401)]
    {
        assert_failure(site.get(&point, token).await, status, NO_USER);
        assert_failure(site.patch(&point, token, json!({ "amount": 1 })).await, status, NO_USER);
        assert_failure(site.get(&history, token).await, status, NO_USER);
    }
    for user in [Uuid::nil().to_string(), "1".to_owned()] {
        let (point, history) = paths(&user);
        assert_failure(site.get(&point, &client.access).await, 404, NO_USER);
        assert_failure(site.patch(&point, &client.access, json!({ "amount": 1 })).await, 404, NO_USER);
        assert_failure(site.get(&history, &client.access).await, 404, NO_USER);
    }
    assert_eq!(client.point(&site).await, 10_000);
    // A queue token by itself proves its user while the pass behind it is good.
    let v1 = |client: &Client| client.token.split('~').next().unwrap().to_owned();
    assert_eq!(site.get(&point, &v1(&client)).await.expect(200)["amount"], 10_000);
    assert_failure(site.get(&point, &v1(&other)).await, 404, NO_USER);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_that_can_not_be_charged_is_refused() {
    let site = Published::start().await;
    let client = Client::new(&site).await;
    for (amount, status) in
        [(json!(0), 422), (json!(-5), 422), (json!("x"), 422), (Value::Null, 422), (json!(13_000_013), 402)]
    {
        assert_failure(client.charge(&site, amount).await, status, "충전할 수 없는 금액입니다.");
    }
    assert_eq!(client.point(&site).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_comes_in_pages() {
    let site = Published::start().await;
    let client = Client::new(&site).await;
    for amount in 1..=3 {
        client.charge(&site, amount).await.expect(200);
    }
    let path = format!("/api/point/{}/history", client.user);
    let page = site.get(&format!("{path}?limit=2"), &client.access).await.expect(200);
    assert_eq!(page["histories"].as_array().unwrap().len(), 2);
    let rest = format!("{path}?limit=2&cursor={}", text(&page, "nextCursor"));
    let rest = site.get(&rest, &client.access).await.expect(200);
    assert_eq!((&rest["histories"][0]["amount"], &rest["nextCursor"]), (&json!(1), &Value::Null));
    for query in ["limit=0", "limit=1&limit=1"] {
        let wrong = site.get(&format!("{path}?{query}"), &client.access).await.expect(422);
        assert_eq!(wrong["error"], "요청을 처리할 수 없습니다.", "{query}");
    }
}
