//! Requirement document 002: every branch of its diagrams and every answer of its specification, over the facade.

use chrono::TimeDelta;
use futures_util::future::join_all;
use launcher::installation::Service;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::hall::{Hall, MAIN_QUEUE, SEAT_PRICE, admit_at_most, from_now, text};
use crate::published::{Published, assert_failure};
use crate::stack::eventually;

const NO_ENTRY: &str = "대기열에 진입할 수 없습니다.";
const NO_SERVICE: &str = "해당 서비스를 이용하실 수 없습니다.";
const NO_CONCERT: &str = "해당 콘서트 정보를 찾을 수 없습니다.";
const NO_USER: &str = "해당 유저 정보를 찾을 수 없습니다.";
const UNCHARGEABLE: &str = "충전할 수 없는 금액입니다.";
const NO_TICKET: &str = "해당 티켓 정보를 찾을 수 없습니다.";
const LAPSED: &str = "임시 점유 시간이 만료되었습니다.";
const SEAT_TAKEN: &str = "유효하지 않거나 이미 선택된 좌석입니다.";
const TOO_LITTLE: &str = "포인트가 부족합니다.";

/// Somebody who has read document 002 and nothing else.
struct Client {
    user: String,
    token: String,
}

impl Client {
    async fn waiting(site: &Published) -> Self {
        let entered = site.post("/queues", "", Value::Null).await.expect(200);
        Self { user: text(&entered, "userId"), token: text(&entered, "userToken") }
    }

    async fn inside(site: &Published) -> Self {
        let client = Self::waiting(site).await;
        client.be_admitted(site).await;
        client
    }

    async fn be_admitted(&self, site: &Published) {
        eventually("the client is served", || async {
            let body = site.get("/queues", &self.token).await.expect(200);
            (body["tokenStatus"] == "service").then_some(())
        })
        .await;
    }

    async fn dates(&self, site: &Published, concert: &str) -> test_kit::Reply {
        site.get(&format!("/concerts/{concert}/dates"), &self.token).await
    }

    async fn seats(&self, site: &Published, concert: &str) -> Vec<Value> {
        let dates = self.dates(site, concert).await.expect(200);
        let date = dates["availableDates"][0].as_str().unwrap().to_owned();
        let path = format!("/concerts/{concert}/dates/{date}/seats");
        let body = site.get(&path, &self.token).await.expect(200);
        body["availableSeats"].as_array().unwrap().clone()
    }

    /// Sees so many seats, at the latest when the seat map has followed.
    async fn sees_available(&self, site: &Published, concert: &str, count: usize) {
        eventually("so many seats are available", || async {
            (self.seats(site, concert).await.len() == count).then_some(())
        })
        .await;
    }

    async fn hold(&self, site: &Published, concert: &str, seat: &Value) -> test_kit::Reply {
        let path = ticket_path(concert, &text(seat, "scheduleId"), &text(seat, "seatId"));
        site.post(&path, &self.token, json!({ "ticketId": "ticketId1", "userId": self.user })).await
    }

    async fn charge(&self, site: &Published, amount: impl Into<Value>) -> test_kit::Reply {
        let body = json!({ "userId": self.user, "amount": amount.into() });
        site.patch("/payments/charges", &self.token, body).await
    }

    async fn pay(&self, site: &Published, ticket: &str) -> test_kit::Reply {
        let body = json!({ "ticketId": ticket, "userId": self.user });
        site.post("/payments/pays", &self.token, body).await
    }

    async fn point(&self, site: &Published) -> i64 {
        let path = format!("/payments/{}/accounts", self.user);
        site.get(&path, &self.token).await.expect(200)["point"].as_i64().unwrap()
    }
}

fn ticket_path(concert: &str, schedule: &str, seat: &str) -> String {
    format!("/concerts/{concert}/schedules/{schedule}/seats/{seat}/ticket")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_the_document_alone_buys_a_ticket_and_the_token_expires() {
    let site = Published::start().await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::inside(&site).await;
    let seats = client.seats(&site, &hall.concert).await;
    let numbers: Vec<_> = seats.iter().map(|seat| seat["seatNum"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());

    let held = client.hold(&site, &hall.concert, &seats[6]).await.expect(200);
    assert_eq!((&held["concertSeat"], &held["seatStatus"]), (&json!(7), &json!("temp")));
    assert_eq!(held["userId"], client.user);
    client.sees_available(&site, &hall.concert, 49).await;

    let charged = client.charge(&site, "80000").await.expect(200);
    assert_eq!((&charged["amount"], &charged["point"]), (&json!(80_000), &json!(80_000)));
    assert_eq!(charged["accountStat"], "충전완료");
    assert!(charged["regDate"].as_i64().unwrap() > 1_700_000_000_000);
    assert_eq!(client.point(&site).await, 80_000);

    let ticket = text(&held, "ticketId");
    let paid = client.pay(&site, &ticket).await.expect(200);
    let expected = json!({
        "ticketId": ticket, "userName": charged["userName"], "concertTitle": "Chamber Night",
        "concertDate": held["concertDate"], "concertSeat": 7, "stat": "booked", "tokenStat": "expire",
    });
    assert_eq!(paid, expected);

    let spent = assert_failure(client.dates(&site, &hall.concert).await, 401, NO_SERVICE);
    assert_eq!(spent["tokenStatus"], "complete");
    assert_failure(site.get("/queues", &client.token).await, 401, NO_SERVICE);
    assert_failure(client.pay(&site, &ticket).await, 401, NO_TICKET);
}

#[tokio::test(flavor = "multi_thread")]
async fn entering_the_queue_gives_a_waiting_token_and_the_length_of_the_queue() {
    let site = Published::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let first = site.post("/queues", "", Value::Null).await.expect(200);
    assert_eq!(first["tokenStatus"], "wait");
    assert_eq!(first["message"], "현재 대기열은 1명입니다.");
    let second = site.post("/queues", "", Value::Null).await.expect(200);
    assert_eq!(second["message"], "현재 대기열은 2명입니다.");
    assert_eq!(second["position"], 2);
    assert_ne!(first["userId"], second["userId"]);
    // Asking for the state changes nothing.
    let looked = site.get("/queues", &text(&second, "userToken")).await.expect(200);
    assert_eq!((&looked["tokenStatus"], &looked["position"]), (&json!("wait"), &json!(2)));
    // With an access token it is its bearer who enters, and once.
    let access = text(&first, "accessToken");
    let again = site.post("/queues", &access, Value::Null).await.expect(200);
    assert_eq!((&again["userId"], &again["userToken"]), (&first["userId"], &first["userToken"]));
    let again = site.post("/queues", &text(&first, "userToken"), Value::Null).await.expect(200);
    assert_eq!(again["userToken"], first["userToken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_token_becomes_a_serving_one_when_a_slot_is_free() {
    let site = Published::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let client = Client::waiting(&site).await;
    admit_at_most(&site.stack, 1).await;
    client.be_admitted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serving_token_is_complete_when_its_time_is_over() {
    let site = Published::start_with(&[("BOXOFFICE__QUEUE__PASS_TTL_SECONDS", "1")]).await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::waiting(&site).await;
    let over = site.until(401, Method::GET, "/queues", &client.token, Value::Null).await;
    assert_eq!((text(&over, "error").as_str(), &over["tokenStatus"]), (NO_SERVICE, &json!("complete")));
    refused_everywhere(&site, &hall, &client).await;
}

/// What a token that waits, is spent or is none opens: nothing.
async fn refused_everywhere(site: &Published, hall: &Hall, client: &Client) {
    let seat = json!({ "scheduleId": hall.schedule, "seatId": Uuid::nil() });
    assert_failure(client.dates(site, &hall.concert).await, 401, NO_SERVICE);
    let path = format!("/concerts/{}/dates/2027-01-01/seats", hall.concert);
    assert_failure(site.get(&path, &client.token).await, 401, NO_SERVICE);
    assert_failure(client.hold(site, &hall.concert, &seat).await, 401, NO_SERVICE);
    assert_failure(client.charge(site, 1_000).await, 401, NO_USER);
    let path = format!("/payments/{}/accounts", client.user);
    assert_failure(site.get(&path, &client.token).await, 401, NO_USER);
    assert_failure(client.pay(site, &Uuid::nil().to_string()).await, 401, NO_TICKET);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_takes_nobody_says_so() {
    let site = Published::start().await;
    let path = format!("/v1/admin/queues/{MAIN_QUEUE}");
    let pause = site.stack.put(&path, json!({ "state": "paused" })).bearer(site.stack.operator());
    pause.send().await.expect(200);
    assert_failure(site.post("/queues", "", Value::Null).await, 400, NO_ENTRY);
    for token in ["forged", "Bearer", "Bearer "] {
        assert_failure(site.post("/queues", token, Value::Null).await, 400, NO_ENTRY);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_waits_or_is_none_opens_nothing() {
    let site = Published::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let hall = Hall::open(&site.stack).await;
    let waiting = Client::waiting(&site).await;
    let forged = "q1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for token in [waiting.token.as_str(), "", "forged", "a.b.c", forged] {
        let client = Client { user: waiting.user.clone(), token: token.to_owned() };
        refused_everywhere(&site, &hall, &client).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_concert_a_date_a_performance_or_a_seat_that_is_not_there_is_not_found() {
    let site = Published::start().await;
    let (hall, other) = (Hall::open(&site.stack).await, Hall::open(&site.stack).await);
    let client = Client::inside(&site).await;
    let nobody = Uuid::nil().to_string();
    for concert in [nobody.as_str(), "concertId1", "1"] {
        assert_failure(client.dates(&site, concert).await, 404, NO_CONCERT);
        let path = format!("/concerts/{concert}/dates/2027-01-01/seats");
        assert_failure(site.get(&path, &client.token).await, 404, NO_CONCERT);
    }
    for date in ["1999-01-01", "someday", "2027-02-30"] {
        let path = format!("/concerts/{}/dates/{date}/seats", hall.concert);
        assert_failure(site.get(&path, &client.token).await, 404, NO_CONCERT);
    }
    let seat = client.seats(&site, &hall.concert).await.remove(0);
    let (schedule, seat) = (text(&seat, "scheduleId"), text(&seat, "seatId"));
    let wrong = [
        (nobody.as_str(), schedule.as_str(), seat.as_str()),
        (&hall.concert, &nobody, &seat),
        (&hall.concert, &schedule, &nobody),
        (&hall.concert, &schedule, "seatId1"),
        (&other.concert, &schedule, &seat),
    ];
    for (concert, schedule, seat) in wrong {
        let body = json!({ "userId": client.user });
        let reply = site.post(&ticket_path(concert, schedule, seat), &client.token, body).await;
        assert_failure(reply, 404, NO_CONCERT);
    }
    assert_eq!(client.seats(&site, &hall.concert).await.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_another_has_is_refused() {
    let site = Published::start().await;
    let hall = Hall::open(&site.stack).await;
    let (first, second) = (Client::inside(&site).await, Client::inside(&site).await);
    let seat = first.seats(&site, &hall.concert).await.remove(0);
    first.hold(&site, &hall.concert, &seat).await.expect(200);
    let refused = assert_failure(second.hold(&site, &hall.concert, &seat).await, 409, SEAT_TAKEN);
    assert_eq!(refused["code"], "seat_unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_whose_time_is_over_can_not_be_paid() {
    let site = Published::start_with(&[("BOXOFFICE__RESERVATION__HOLD_TTL_SECONDS", "1")]).await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::inside(&site).await;
    let seat = client.seats(&site, &hall.concert).await.remove(0);
    let ticket = text(&client.hold(&site, &hall.concert, &seat).await.expect(200), "ticketId");
    // While it is held it could be paid if there were any money.
    let body = json!({ "ticketId": ticket, "userId": client.user });
    let lapsed = site.until(404, Method::POST, "/payments/pays", &client.token, body).await;
    assert_eq!((text(&lapsed, "error").as_str(), &lapsed["code"]), (LAPSED, &json!("hold_expired")));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_too_little_is_told_to_charge_and_can_pay_then() {
    let site = Published::start().await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::inside(&site).await;
    let seat = client.seats(&site, &hall.concert).await.remove(0);
    let ticket = text(&client.hold(&site, &hall.concert, &seat).await.expect(200), "ticketId");
    client.charge(&site, SEAT_PRICE - 1).await.expect(200);
    assert_failure(client.pay(&site, &ticket).await, 402, TOO_LITTLE);
    assert_eq!(client.point(&site).await, SEAT_PRICE - 1);
    client.charge(&site, 1).await.expect(200);
    assert_eq!(client.pay(&site, &ticket).await.expect(200)["stat"], "booked");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_that_can_not_be_charged_is_refused_and_nothing_moves() {
    let site = Published::start().await;
    let client = Client::inside(&site).await;
    let amounts = [json!(0), json!(-1), json!("0"), json!("-50000"), json!("많이"), json!(1.5), Value::Null];
    for amount in amounts {
        assert_failure(client.charge(&site, amount).await, 404, UNCHARGEABLE);
    }
    // The sandbox payment provider declines this one.
    assert_failure(client.charge(&site, 13_000_013).await, 404, UNCHARGEABLE);
    assert_eq!(client.point(&site).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_is_answered_with_its_history() {
    let site = Published::start().await;
    let client = Client::inside(&site).await;
    for amount in [json!(10_000), json!("20000")] {
        client.charge(&site, amount).await.expect(200);
    }
    let path = format!("/payments/{}/accounts", client.user);
    let account = site.get(&path, &format!("Bearer {}", client.token)).await.expect(200);
    assert_eq!((&account["point"], &account["userName"]), (&json!(30_000), &json!("손님")));
    let amounts: Vec<_> =
        account["history"].as_array().unwrap().iter().map(|entry| &entry["amount"]).collect();
    assert_eq!(amounts, [&json!(20_000), &json!(10_000)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_not_there_is_unknown() {
    let site = Published::start().await;
    let client = Client::inside(&site).await;
    for user in [Uuid::nil().to_string(), "userId1".to_owned(), "1".to_owned()] {
        let stranger = Client { user: user.clone(), token: client.token.clone() };
        assert_failure(stranger.charge(&site, 1_000).await, 401, NO_USER);
        assert_failure(site.get(&format!("/payments/{user}/accounts"), &client.token).await, 401, NO_USER);
        assert_failure(stranger.pay(&site, &Uuid::nil().to_string()).await, 401, NO_TICKET);
    }
    assert_failure(client.pay(&site, "ticketId1").await, 401, NO_TICKET);
    assert_failure(client.pay(&site, &Uuid::nil().to_string()).await, 401, NO_TICKET);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_another_users_token_every_call_is_refused() {
    let site = Published::start().await;
    let hall = Hall::open(&site.stack).await;
    let (owner, thief) = (Client::inside(&site).await, Client::inside(&site).await);
    let seats = owner.seats(&site, &hall.concert).await;
    let ticket = text(&owner.hold(&site, &hall.concert, &seats[0]).await.expect(200), "ticketId");
    owner.charge(&site, SEAT_PRICE).await.expect(200);
    // The thief's token, the owner's name on it.
    let masked = Client { user: owner.user.clone(), token: thief.token.clone() };
    assert_failure(masked.hold(&site, &hall.concert, &seats[1]).await, 401, NO_SERVICE);
    assert_failure(masked.charge(&site, 1_000).await, 401, NO_USER);
    assert_failure(site.get(&format!("/payments/{}/accounts", owner.user), &thief.token).await, 401, NO_USER);
    assert_failure(masked.pay(&site, &ticket).await, 401, NO_TICKET);
    // Under their own name they get no further with the owner's ticket.
    assert_failure(thief.pay(&site, &ticket).await, 401, NO_TICKET);
    assert_eq!(owner.point(&site).await, SEAT_PRICE);
    owner.sees_available(&site, &hall.concert, 49).await;
    assert_eq!(owner.pay(&site, &ticket).await.expect(200)["stat"], "booked");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_one_token_at_the_same_time_are_all_answered() {
    let site = Published::start_with(&[("BOXOFFICE__QUEUE__POLL_BUDGET", "true")]).await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::waiting(&site).await;
    // Polling without a pause: a poll that comes too early is kept until its time.
    client.be_admitted(&site).await;
    let answers = join_all((0..20).map(|_| client.dates(&site, &hall.concert))).await;
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200; 20]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_that_is_not_open_and_a_seat_too_many_are_named() {
    let site = Published::start_with(&[("BOXOFFICE__RESERVATION__MAX_SEATS_PER_USER", "1")]).await;
    let (day, month) = (TimeDelta::days(1), TimeDelta::days(30));
    let closed = Hall::open_with(&site.stack, 1, 5, day, month).await;
    let open = Hall::open(&site.stack).await;
    let client = Client::inside(&site).await;
    let seat = client.seats(&site, &closed.concert).await.remove(0);
    assert_failure(client.hold(&site, &closed.concert, &seat).await, 409, "예매 기간이 아닙니다.");
    let seats = client.seats(&site, &open.concert).await;
    client.hold(&site, &open.concert, &seats[0]).await.expect(200);
    let refused = client.hold(&site, &open.concert, &seats[1]).await;
    assert_failure(refused, 409, "예매할 수 있는 좌석 수를 초과했습니다.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_is_that_of_the_place_where_it_is_set() {
    let site = Published::start_with(&[("BOXOFFICE__FACADE__UTC_OFFSET_MINUTES", "1439")]).await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::inside(&site).await;
    let starts_at = from_now(TimeDelta::days(7)) + TimeDelta::minutes(1_439);
    let dates = client.dates(&site, &hall.concert).await.expect(200);
    let date = text(&json!({ "date": dates["availableDates"][0] }), "date");
    // The performance was set up a moment before.
    assert!(
        [starts_at, starts_at - TimeDelta::minutes(5)].iter().any(|at| at.date_naive().to_string() == date)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_wallet_is_down_takes_nothing_and_can_be_made_again() {
    let site = Published::start().await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::inside(&site).await;
    let seat = client.seats(&site, &hall.concert).await.remove(0);
    let ticket = text(&client.hold(&site, &hall.concert, &seat).await.expect(200), "ticketId");
    client.charge(&site, SEAT_PRICE).await.expect(200);
    site.stack.kill(Service::Wallet);
    let reply = client.pay(&site, &ticket).await;
    assert!(reply.header("retry-after").is_some());
    assert_eq!(reply.expect(503)["code"], "unavailable");
    site.stack.spawn(Service::Wallet);
    site.stack.ready(Service::Wallet).await;
    assert_eq!(client.pay(&site, &ticket).await.expect(200)["stat"], "booked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_users_access_token_outlives_the_queue_token() {
    let site = Published::start().await;
    let hall = Hall::open(&site.stack).await;
    let entered = site.post("/queues", "", Value::Null).await.expect(200);
    let client = Client { user: text(&entered, "userId"), token: text(&entered, "userToken") };
    client.be_admitted(&site).await;
    let seat = client.seats(&site, &hall.concert).await.remove(0);
    let ticket = text(&client.hold(&site, &hall.concert, &seat).await.expect(200), "ticketId");
    client.charge(&site, 80_000).await.expect(200);
    let paid = client.pay(&site, &ticket).await.expect(200);
    let owner = Client { user: client.user.clone(), token: text(&entered, "accessToken") };
    assert_eq!(owner.pay(&site, &ticket).await.expect(200), paid);
    assert_eq!(owner.point(&site).await, 30_000);
    let account = site.get(&format!("/payments/{}/accounts", owner.user), &owner.token).await.expect(200);
    let types: Vec<_> = account["history"].as_array().unwrap().iter().map(|entry| &entry["type"]).collect();
    assert_eq!(types, ["payment", "charge"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_is_sent_again_under_its_key_counts_once() {
    let site = Published::start().await;
    let client = Client::inside(&site).await;
    let body = json!({ "userId": client.user, "amount": 5_000 });
    for _ in 0..2 {
        let request = site.request(Method::PATCH, "/payments/charges", &client.token, &body);
        assert_eq!(request.key("once").send().await.expect(200)["point"], 5_000);
    }
    assert_eq!(client.point(&site).await, 5_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_can_not_be_read_and_a_method_that_is_not_there_are_named() {
    let site = Published::start().await;
    let client = Client::inside(&site).await;
    let reply = site.patch("/payments/charges", &client.token, json!({ "amount": 1 })).await;
    assert!(text(&reply.expect(400), "error").contains("userId"));
    site.get("/payments/pays", &client.token).await.problem(405, "method_not_allowed");
    site.get("/payments", &client.token).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_down_is_a_503_to_be_repeated() {
    let site = Published::start().await;
    let hall = Hall::open(&site.stack).await;
    let client = Client::inside(&site).await;
    site.stack.kill(Service::Concert);
    let reply = client.dates(&site, &hall.concert).await;
    assert!(reply.header("retry-after").is_some());
    assert_eq!(reply.expect(503)["code"], "unavailable");
}
