//! nginx as it is deployed, before the real binaries: what comes through it, and what never does.

mod clients;
pub mod events;
pub mod nginx;
pub mod site;

use std::collections::HashSet;

use futures_util::future::join_all;
use launcher::installation::Service;
use reqwest::Method;
use serde_json::{Value, json};
use test_kit::Request;

use crate::fan::Fan;
use crate::hall::{Hall, MAIN_QUEUE, SEAT_PRICE, admit_at_most, text};
use crate::stack::eventually;
use events::Events;
use nginx::Process;
use site::{Plan, Site, client_at};

const NOBODY_INSIDE: (&str, &str) = ("BOXOFFICE__QUEUE__MAX_ACTIVE", "0");

#[tokio::test(flavor = "multi_thread")]
async fn fans_buy_tickets_through_the_gateway_from_two_replicas_and_from_the_one_that_is_left() {
    let mut site = Site::open(Plan { replicas: 2, ..Plan::default() }).await;
    let hall = Hall::open(&site.stack).await;
    for number in 1..=4 {
        buy(&site, &hall, number).await;
    }
    let asked: HashSet<_> = site.asked("reservation").into_iter().collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    a_fan_comes_back_to_the_same_seat_map(&site, &hall).await;

    // Nothing is lost on the one that is gone: what could not be sent to it is sent to the other.
    site.replicas.clear();
    for number in 5..=8 {
        buy(&site, &hall, number).await;
    }
    assert!(site.gateway_runs());
}

/// The other replica numbers its pictures by itself, so it would know none of the fan's.
async fn a_fan_comes_back_to_the_same_seat_map(site: &Site, hall: &Hall) {
    let fan = Fan::admitted(&site.stack).await;
    let path = format!("/v1/schedules/{}/seats?status=held", hall.schedule);
    for _ in 0..10 {
        site.stack.get(&path).bearer(&fan.pass).send().await.expect(200);
    }
    let asked: HashSet<_> = site.asked_for(&path).into_iter().collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
}

/// From an account to the ticket.
async fn buy(site: &Site, hall: &Hall, number: u64) {
    let fan = Fan::with_money(&site.stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&site.stack, hall, number).await;
    assert_eq!(fan.pay(&site.stack, &reservation).await.expect(201)["status"], "captured");
    let path = format!("/v1/reservations/{reservation}/tickets");
    let tickets = site.stack.get(&path).bearer(&fan.access).send().await.expect(200);
    assert_eq!(tickets["tickets"][0]["number"], number);
    assert_eq!(fan.balance(&site.stack).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_arrive_one_by_one_while_their_answer_goes_on() {
    let site = Site::open(Plan { settings: &[NOBODY_INSIDE], ..Plan::default() }).await;
    let stack = &site.stack;
    let hall = Hall::open(stack).await;
    let mut fan = Fan::waiting(stack).await;
    let path = format!("/v1/queues/{MAIN_QUEUE}/entries/me/events");
    let mut place = Events::open(&site, &path, &fan.queue_token).await;
    place.until("entry", |entry| entry["status"] == "waiting").await;
    admit_at_most(stack, 1).await;
    let admitted = place.until("entry", |entry| entry["status"] == "admitted").await;
    fan.pass = text(&admitted, "pass");

    let path = format!("/v1/schedules/{}/seats/events", hall.schedule);
    let mut seats = Events::open(&site, &path, &fan.pass).await;
    seats.until("seats", |seats| seats["snapshot"] == true).await;
    let reservation = fan.hold_number(stack, &hall, 7).await;
    let seat = text(&fan.reservation(stack, &reservation).await["seats"][0], "seatId");
    let shown = |status: &'static str| {
        let seat = seat.clone();
        move |seats: &Value| {
            let mut changes = seats["changes"].as_array().unwrap().iter();
            changes.any(|change| change["seatId"] == *seat && change["status"] == status)
        }
    };
    seats.until("seats", shown("held")).await;
    fan.release(stack, &reservation).await.expect(204);
    seats.until("seats", shown("available")).await;

    // The first answer has been going on all the while, and ends by itself.
    let leave = stack.delete(&format!("/v1/queues/{MAIN_QUEUE}/entries/me")).bearer(&fan.queue_token);
    leave.send().await.expect(204);
    place.until("entry", |entry| entry["status"] == "done" || entry["status"] == "expired").await;
    place.until("end", |end| end["code"] == "pass_expired").await;
    assert_eq!(place.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_documents_are_served_through_the_gateway() {
    let site = Site::open(Plan::default()).await;
    let hall = Hall::open(&site.stack).await;
    let call = async |method: Method, path: &str, token: &str, body: Value| {
        site.request(method, path, token, &body).send().await.expect(200)
    };

    let concert = format!("/concerts/{}", hall.concert);
    let entered = call(Method::POST, "/queues", "", Value::Null).await;
    let (user, token) = (text(&entered, "userId"), text(&entered, "userToken"));
    eventually("the client is served", || async {
        (call(Method::GET, "/queues", &token, Value::Null).await["tokenStatus"] == "service").then_some(())
    })
    .await;
    let dates = call(Method::GET, &format!("{concert}/dates"), &token, Value::Null).await;
    let date = dates["availableDates"][0].as_str().unwrap();
    let seats = call(Method::GET, &format!("{concert}/dates/{date}/seats"), &token, Value::Null).await;
    let seat = text(&seats["availableSeats"][0], "seatId");
    let path = format!("{concert}/schedules/{}/seats/{seat}/ticket", hall.schedule);
    let held = call(Method::POST, &path, &token, json!({ "userId": user })).await;
    let charge = json!({ "userId": user, "amount": SEAT_PRICE });
    call(Method::PATCH, "/payments/charges", &token, charge).await;
    call(Method::GET, &format!("/payments/{user}/accounts"), &token, Value::Null).await;
    let pay = json!({ "userId": user, "ticketId": text(&held, "ticketId") });
    assert_eq!(call(Method::POST, "/payments/pays", &token, pay).await["stat"], "booked");

    let fan = Fan::new(&site.stack).await;
    let path = format!("/api/queue/{}", fan.user);
    let token = eventually("the place is inside", || async {
        let place = call(Method::GET, &path, &fan.access, Value::Null).await;
        (place["status"] == "working").then(|| text(&place, "token"))
    });
    let (token, point) = (token.await, format!("/api/point/{}", fan.user));
    call(Method::GET, "/api/concerts/schedule", &token, Value::Null).await;
    let schedule = format!("/api/concert/schedule/{}", hall.schedule);
    let seats = call(Method::GET, &schedule, &token, Value::Null).await;
    let seat = format!("{schedule}/seat/{}", text(&seats["seats"][1], "seatId"));
    call(Method::POST, &format!("{seat}/reservation"), &token, Value::Null).await;
    call(Method::PATCH, &point, &token, json!({ "amount": SEAT_PRICE })).await;
    assert_eq!(call(Method::GET, &point, &token, Value::Null).await["point"], SEAT_PRICE);
    assert_eq!(call(Method::POST, &format!("{seat}/pay"), &token, Value::Null).await["point"], 0);
    call(Method::GET, &format!("{point}/history"), &token, Value::Null).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_load_whole_while_calls_and_accounts_are_limited() {
    let limits = Plan { calls_rate: "1r/m", newcomers_rate: "1r/m", burst: 2, ..Plan::default() };
    let site = Site::open(limits).await;
    let page = site.get("/", "").await.expect(200);
    let page = page.as_str().unwrap();
    let files: HashSet<_> = page.split('"').filter(|text| text.starts_with("/assets/")).collect();
    assert!(files.len() > 10, "{page}");
    for answer in join_all(files.iter().map(|file| site.get(file, ""))).await {
        answer.expect(200);
    }

    let accounts =
        (0..6).map(|_| site.request(Method::POST, "/v1/users", "", &json!({ "name": "민아" })).send());
    let (made, refused): (Vec<_>, Vec<_>) =
        join_all(accounts).await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), refused.len()), (3, 3));
    for answer in refused {
        assert_eq!(answer.header("retry-after"), Some("1"));
        answer.problem(429, "too_many_requests");
    }
    // The calls of this address are used up by them, too, and the pages still come; so do calls from elsewhere.
    site.get("/v1/concerts", "").await.problem(429, "too_many_requests");
    site.get("/app/reservations", "").await.expect(200);
    site.get_from("127.0.0.2", "/v1/concerts", "").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_inside_is_nowhere_outside() {
    let site = Site::open(Plan::default()).await;
    // Where these are, seen from inside: the service refuses the call for want of its credential.
    let inside = format!("http://127.0.0.1:{}/internal/v1/passes/revoked", site.stack.port(Service::Queue));
    Request::new(client_at("127.0.0.1").get(inside)).send().await.expect(401);
    for target in [
        "/internal",
        "/internal/",
        "/internal/v1/passes/revoked",
        "/internal/v1/access-keys",
        "//internal/v1/passes/revoked",
        "/%69nternal/v1/passes/revoked",
        "/%2finternal/v1/passes/revoked",
        "/./internal/v1/passes/revoked",
        "/v1/../internal/v1/passes/revoked",
        "/v1/queues/../../internal/v1/passes/revoked",
        "/v1/queues/%2e%2e/%2e%2e/internal/v1/passes/revoked",
        "/v1/queues/..%2f..%2finternal/v1/passes/revoked",
        "/v1/queues\\..\\..\\internal/v1/passes/revoked",
        // nginx, tidying up, would read an address of v1 in these, and a service the first words.
        "/internal/v1/passes/revoked/../../../../v1/queues",
        "/internal/v1/debits/%2e%2e%2f%2e%2e%2f%2e%2e%2fv1%2fusers%2f/void",
        "http://localhost/internal/v1/passes/revoked",
        "/metrics",
        "/metrics/",
        "/healthz",
        "/readyz",
        "/status",
        "/v1",
        "/v1/",
        "/v1/queuesandmore",
        "/V1/concerts",
        "/favicon.ico",
    ] {
        let (head, body) = site.raw(target).await;
        assert!(head.starts_with("HTTP/1.1 404 "), "{target}: {head}");
        let head = head.to_lowercase();
        assert!(head.contains("\r\ncontent-type: application/problem+json"), "{target}: {head}");
        let problem: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&json!("not_found"), &json!(404)), "{target}");
    }
    let asked: Vec<_> = ["queue", "concert", "reservation", "wallet", "facade", "storefront"]
        .into_iter()
        .flat_map(|service| site.asked(service))
        .collect();
    assert!(asked.is_empty(), "these were asked: {asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_keeps_its_id_and_whatever_is_refused_is_a_problem() {
    let site = Site::open(Plan::default()).await;
    let named = |path: &str, id: &str| {
        site.request(Method::GET, path, "", &Value::Null).header("x-request-id", id).send()
    };
    // Answered by a service, by the facade, by the pages and by the gateway itself.
    for path in ["/v1/concerts", "/queues", "/", "/nowhere"] {
        assert_eq!(
            named(path, "order-7.retry:2").await.header("x-request-id"),
            Some("order-7.retry:2"),
            "{path}"
        );
        let made = named(path, "no id, \"really\"").await;
        let made = made.header("x-request-id").unwrap();
        assert!(made.len() >= 32 && made.chars().all(|c| c.is_ascii_hexdigit()), "{path}: {made}");
    }
    assert_eq!(named("/nowhere", "lost").await.problem(404, "not_found")["requestId"], "lost");
    assert_eq!(named("/v1/reservations", "lost").await.problem(401, "unauthenticated")["requestId"], "lost");

    let large = json!({ "name": "x".repeat(300_000) });
    site.request(Method::POST, "/v1/users", "", &large).send().await.problem(413, "payload_too_large");
    let (head, body) = site.raw(&format!("/v1/concerts?{}", "x".repeat(20_000))).await;
    assert!(head.starts_with("HTTP/1.1 414 "), "{head}");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["code"], "malformed_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_down_is_unavailable_and_the_others_go_on() {
    let site = Site::open(Plan::default()).await;
    site.stack.kill(Service::Wallet);
    for (method, path) in [(Method::GET, "/v1/wallets/x"), (Method::POST, "/v1/users")] {
        let answer = site.request(method, path, "", &json!({ "name": "민아" })).send().await;
        assert_eq!(answer.header("retry-after"), Some("1"));
        answer.problem(503, "unavailable");
    }
    site.get("/v1/concerts", "").await.expect(200);
    site.stack.spawn(Service::Wallet);
    site.stack.ready(Service::Wallet).await;
    eventually("the wallet is found again", || async {
        let answer = site.request(Method::POST, "/v1/users", "", &json!({ "name": "민아" })).send().await;
        (answer.status == 201).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_services_count_the_clients_of_the_facade_and_not_the_facade() {
    let site = Site::open(Plan::default()).await;
    site.stack.kill(Service::Wallet);
    let mut command = site.stack.command(Service::Wallet);
    let _wallet = Process::start(command.env("BOXOFFICE__HTTP__RATE_LIMIT_PER_SECOND", "1"));
    site.stack.ready(Service::Wallet).await;
    let path = format!("/api/point/{}", uuid::Uuid::nil());
    // Each is one call of the wallet. The first address has soon had all that it may have for now …
    let many = join_all((0..20).map(|_| site.get_from("127.0.0.2", &path, "nobody"))).await;
    // … and another one has not had any.
    let other = site.get_from("127.0.0.3", &path, "nobody").await;
    assert!(many.iter().any(|answer| answer.status == 429), "{many:?}");
    other.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_so_many_requests_under_way_and_another_as_many() {
    let site = Site::open(Plan { connections: 3, ..Plan::default() }).await;
    let path = format!("/v1/queues/{MAIN_QUEUE}/entries/me/events");
    let fan = Fan::waiting(&site.stack).await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        streams.push(Events::open(&site, &path, &fan.queue_token).await);
    }
    site.get("/v1/concerts", "").await.problem(429, "too_many_requests");
    site.get_from("127.0.0.2", "/v1/concerts", "").await.expect(200);
    // A stream that is closed makes room.
    streams.pop();
    eventually("there is room again", || async {
        (site.get("/v1/concerts", "").await.status == 200).then_some(())
    })
    .await;
}
