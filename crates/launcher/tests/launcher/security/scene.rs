//! Three fans with everything a fan can have, and a concert: what the routes are asked about.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::adapters::system;
use domain::shared::IdGenerator;
use launcher::installation::Service;
use launcher::token;
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::auth::Role;
use test_kit::eventually;

use super::forging;
use super::office::Office;
use super::routes::Host;

pub const MAIN_QUEUE: &str = "01900000-0000-7000-8000-000000000001";
const ANOTHER_QUEUE: &str = "01900000-0000-7000-8000-000000000002";
/// More than all scenes together let in.
const NO_LIMIT: u32 = 100_000;

/// Somebody with an account and a place in a queue.
#[derive(Clone, Default)]
pub struct Fan {
    pub user: String,
    pub access: String,
    pub queue_token: String,
    /// Once they are admitted.
    pub pass: String,
}

pub struct Scene {
    /// Inside, has bought one seat and holds another.
    pub owner: Fan,
    /// Inside too.
    pub another: Fan,
    /// Not inside.
    pub waiting: Fan,
    pub operator: String,
    pub another_operator: String,
    pub place_in_another_queue: String,
    pub pass_of_another_queue: String,
    pub expired_pass: String,
    /// The pass that the owner has bought a seat with.
    pub spent_pass: String,
    /// A pass for the audience of access tokens, and an access token for that of passes.
    pub of_wrong_audience: [String; 2],
    /// A pass and an access token of an issuer that nobody here knows, who has our keys.
    pub of_another_issuer: [String; 2],
    pub expired_access: String,
    pub pass_key: String,
    pub access_key: String,
    pub concert: String,
    pub schedule: String,
    pub date: String,
    /// One for the owner and one for another.
    pub free_seats: [String; 2],
    pub held_seat: String,
    pub held: String,
    pub bought: String,
    pub payment: String,
    credentials: HashMap<String, String>,
}

/// A performance whose sale is open.
struct Performance {
    concert: String,
    schedule: String,
    date: String,
}

impl Scene {
    pub async fn set(office: &Office) -> Self {
        admit_at_most(office, MAIN_QUEUE, NO_LIMIT).await;
        admit_at_most(office, ANOTHER_QUEUE, NO_LIMIT).await;
        let Performance { concert, schedule, date } = open_performance(office).await;
        let mut owner = Fan::admitted(office).await;
        let spent_pass = owner.pass.clone();
        let charges = format!("/v1/wallets/{}/charges", owner.user);
        let money = json!({ "amount": 1_000_000 });
        office.must(Host::Wallet, Method::POST, &charges, &owner.access, Some(money)).await;
        let (bought, _) = hold(office, &schedule, &owner.pass).await;
        let payments = format!("/v1/reservations/{bought}/payments");
        let paid = office.must(Host::Reservation, Method::POST, &payments, &owner.pass, None).await;
        all_have_heard(office, &spent_pass, &owner.user, &schedule).await;
        owner.enter(office).await;
        let (held, held_seat) = hold(office, &schedule, &owner.pass).await;
        let another = Fan::admitted(office).await;
        // Whoever may join has a place already.
        let operators = Fan { access: office.operator.clone(), ..Fan::default() };
        operators.join(office).await;
        let elsewhere = format!("/v1/queues/{ANOTHER_QUEUE}/entries");
        let elsewhere = office.must(Host::Queue, Method::POST, &elsewhere, &another.access, None).await;
        // Whoever comes now waits.
        admit_at_most(office, MAIN_QUEUE, 1).await;
        let waiting = Fan::waiting(office).await;
        let [pass_key, access_key] =
            [office.installation.pass_key_pem(), office.installation.access_key_pem()].map(str::to_owned);
        let altered = |alter: fn(&mut Value)| forging::altered(&owner.pass, &pass_key, alter);
        let altered_access = |alter: fn(&mut Value)| forging::altered(&owner.access, &access_key, alter);
        Self {
            operator: office.operator.clone(),
            another_operator: token::issue(&office.installation, Role::Operator, 3_600).unwrap(),
            place_in_another_queue: text(&elsewhere, "queueToken"),
            pass_of_another_queue: altered(|claims| {
                (claims["queue"], claims["jti"]) = (json!(ANOTHER_QUEUE), json!(new_id()));
            }),
            expired_pass: altered(|claims| claims["exp"] = json!(claims["iat"])),
            of_wrong_audience: [
                altered(|claims| claims["aud"] = json!("boxoffice-api")),
                altered_access(|claims| claims["aud"] = json!("boxoffice")),
            ],
            of_another_issuer: [
                altered(|claims| claims["iss"] = json!("another-service")),
                altered_access(|claims| claims["iss"] = json!("another-service")),
            ],
            expired_access: altered_access(|claims| claims["exp"] = json!(claims["iat"])),
            free_seats: free_seats(office, &schedule, &another.pass).await,
            payment: text(&paid, "paymentId"),
            credentials: Service::ALL
                .map(|service| (service.name(), office.credential(&service.name())))
                .into(),
            owner,
            another,
            waiting,
            spent_pass,
            pass_key,
            access_key,
            concert,
            schedule,
            date,
            held_seat,
            held,
            bought,
        }
    }

    /// The `Authorization` header of a service.
    pub fn credential(&self, service: &str) -> String {
        self.credentials[service].clone()
    }
}

impl Fan {
    async fn new(office: &Office) -> Self {
        let body = Some(json!({ "name": "민아" }));
        let made = office.must(Host::Wallet, Method::POST, "/v1/users", "", body).await;
        Self { user: text(&made, "userId"), access: text(&made, "accessToken"), ..Self::default() }
    }

    async fn admitted(office: &Office) -> Self {
        let mut fan = Self::new(office).await;
        fan.enter(office).await;
        fan
    }

    async fn waiting(office: &Office) -> Self {
        let mut fan = Self::new(office).await;
        let place = fan.join(office).await;
        assert_eq!(place["status"], "waiting", "{place:#}");
        fan.queue_token = text(&place, "queueToken");
        fan
    }

    async fn join(&self, office: &Office) -> Value {
        let path = format!("/v1/queues/{MAIN_QUEUE}/entries");
        office.must(Host::Queue, Method::POST, &path, &self.access, None).await
    }

    /// Joins until there is a pass that is none of before.
    async fn enter(&mut self, office: &Office) {
        let before = self.pass.clone();
        let place = eventually("the fan is admitted", || async {
            let place = self.join(office).await;
            place["pass"].as_str().is_some_and(|pass| pass != before).then_some(place)
        })
        .await;
        (self.queue_token, self.pass) = (text(&place, "queueToken"), text(&place, "pass"));
    }
}

async fn admit_at_most(office: &Office, queue: &str, max_active: u32) {
    let path = format!("/v1/admin/queues/{queue}");
    let body = Some(json!({ "maxActive": max_active }));
    office.must(Host::Queue, Method::PUT, &path, &office.operator, body).await;
}

async fn open_performance(office: &Office) -> Performance {
    let starts_at = from_now(7);
    let body = json!({
        "title": "Chamber Night", "venue": "Small Hall", "salesOpenAt": from_now(-1), "salesCloseAt": from_now(5),
    });
    let concert =
        office.must(Host::Concert, Method::POST, "/v1/admin/concerts", &office.operator, Some(body)).await;
    let concert = text(&concert, "concertId");
    let path = format!("/v1/admin/concerts/{concert}/schedules");
    let added =
        office.must(Host::Concert, Method::POST, &path, &office.operator, Some(performance(starts_at))).await;
    let date = starts_at.format("%Y-%m-%d").to_string();
    Performance { concert, schedule: text(&added, "scheduleId"), date }
}

/// Twenty seats.
pub fn performance(starts_at: DateTime<Utc>) -> Value {
    let sections = json!([{ "name": "Hall", "rows": 2, "seatsPerRow": 10, "price": 50_000 }]);
    json!({ "startsAt": starts_at, "sections": sections })
}

/// One seat for a while: the reservation and the seat.
async fn hold(office: &Office, schedule: &str, pass: &str) -> (String, String) {
    let body = json!({ "scheduleId": schedule, "bestAvailable": { "quantity": 1 } });
    let held = office.must(Host::Reservation, Method::POST, "/v1/reservations", pass, Some(body)).await;
    (text(&held, "reservationId"), text(&held["seats"][0], "seatId"))
}

async fn free_seats(office: &Office, schedule: &str, pass: &str) -> [String; 2] {
    let path = format!("/v1/schedules/{schedule}/seats?status=available");
    let seats = office.must(Host::Concert, Method::GET, &path, pass, None).await;
    [0, 1].map(|nth| text(&seats["seats"][nth], "seatId"))
}

/// Services hear within a second that a pass is spent.
async fn all_have_heard(office: &Office, spent: &str, user: &str, schedule: &str) {
    let bearer = format!("Bearer {spent}");
    for (host, path) in [
        (Host::Queue, format!("/v1/queues/{MAIN_QUEUE}/entries/me")),
        (Host::Concert, format!("/v1/schedules/{schedule}")),
        (Host::Reservation, "/v1/reservations".to_owned()),
        (Host::Wallet, format!("/v1/wallets/{user}")),
    ] {
        eventually("the service has heard that the pass is spent", || async {
            (office.look_inside(host, &path, &bearer).await == 401).then_some(())
        })
        .await;
    }
}

pub fn from_now(days: i64) -> DateTime<Utc> {
    let (clock, _) = system::system();
    clock.now() + TimeDelta::days(days)
}

pub fn new_id() -> String {
    system::Version7.next().to_string()
}

fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_else(|| panic!("no {field} in {body:#}")).to_owned()
}
