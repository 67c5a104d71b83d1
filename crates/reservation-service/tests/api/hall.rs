//! A running reservation-service and everybody around it.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::BigInt;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use domain::adapters::system::{SystemClock, Version7};
use domain::shared::{Clock, EntryId, IdGenerator, QueueId, UserId};
use reservation_service::ReservationService;
use serde_json::{Value, json};
use service_kit::postgres::Database;
use test_kit::{Issuers, PATIENCE, Reply, Request, Spawned, spawn, spawn_on};
use tokio::time::timeout;
use uuid::Uuid;

use crate::queue::Queue;
use crate::wallet::Wallet;

/// What a seat costs.
pub const PRICE: i64 = 1000;
const TICKET_KEY: (&str, &str) =
    ("BOXOFFICE__RESERVATION__TICKET_KEY", "only for tests, and long enough for them");
/// Time is no caller, so that what is seen happens at the door.
pub const NO_JOBS: (&str, &str) = ("BOXOFFICE__JOBS__ENABLED", "false");
/// A peer may take its time: what is looked at happens while it does.
pub const PATIENT: (&str, &str) = ("BOXOFFICE__PEERS__DEADLINE_MS", "60000");

pub struct Hall {
    pub service: Spawned<ReservationService>,
    pub issuers: Issuers,
    pub wallet: Wallet,
    pub queue: Queue,
    database: Database,
}

/// A performance on sale.
#[derive(Clone, Debug)]
pub struct Sale {
    pub schedule: Uuid,
    pub queue: QueueId,
    pub seats: Vec<Uuid>,
}

/// Somebody who was admitted.
#[derive(Clone, Debug)]
pub struct Fan {
    pub user: UserId,
    pub entry: EntryId,
    pub pass: String,
    pub access: String,
}

impl Hall {
    /// Without jobs.
    pub async fn open() -> Self {
        Self::open_with(&[NO_JOBS]).await
    }

    pub async fn with_jobs() -> Self {
        Self::open_with(&[]).await
    }

    pub async fn open_with(settings: &[(&str, &str)]) -> Self {
        let (wallet, queue) = (Wallet::new(), Queue::default());
        let served = (wallet.clone(), queue.clone());
        let issuers = Issuers::with_routes(move |config| {
            served.0.serve(config);
            served.1.serve(config);
        })
        .await;
        let service = spawn::<ReservationService>(&[&[TICKET_KEY], settings].concat(), &issuers).await;
        let database = service.database().database("reservation").await;
        Self { service, issuers, wallet, queue, database }
    }

    /// Another process on the same database, without jobs.
    pub async fn replica(&self) -> Spawned<ReservationService> {
        spawn_on(self.service.database(), &[TICKET_KEY, NO_JOBS], &self.issuers).await
    }

    pub fn publish(&self, sale: &Sale, body: &Value) -> Request {
        let credential = self.issuers.service_credential("concert-service");
        self.service
            .put(&format!("/internal/v1/inventories/{}", sale.schedule), body)
            .authorization(&credential)
    }

    /// A performance on sale for an hour yet, that begins in two.
    pub async fn on_sale(&self, seats: usize) -> Sale {
        let sale = Sale::of(seats);
        self.publish(&sale, &inventory(&sale)).send().await.expect(204);
        sale
    }

    pub fn fan(&self, sale: &Sale) -> Fan {
        self.fan_as(UserId(new_id()), sale)
    }

    /// Somebody who was admitted again.
    pub fn fan_as(&self, user: UserId, sale: &Sale) -> Fan {
        let entry = EntryId(new_id());
        let pass = self.issuers.pass(entry, sale.queue, user, SystemClock.now() + TimeDelta::minutes(10));
        Fan { user, entry, pass, access: self.issuers.access_token(user, "Kim") }
    }

    pub async fn fan_with(&self, sale: &Sale, won: i64) -> Fan {
        let fan = self.fan(sale);
        self.wallet.top_up(fan.user, won).await;
        fan
    }

    pub fn hold(&self, fan: &Fan, sale: &Sale, places: &[usize]) -> Request {
        self.service.post("/v1/reservations", sale.wanted(places)).bearer(&fan.pass)
    }

    /// The path of a reservation that is held.
    pub async fn held(&self, fan: &Fan, sale: &Sale, places: &[usize]) -> String {
        let reply = self.hold(fan, sale, places).send().await;
        let path = reply.header("location").expect("a location").to_owned();
        reply.expect(201);
        path
    }

    pub fn pay(&self, fan: &Fan, reservation: &str) -> Request {
        self.service.request(reqwest::Method::POST, &format!("{reservation}/payments")).bearer(&fan.pass)
    }

    /// The paths of a reservation that is paid, and of its payment.
    pub async fn bought(&self, fan: &Fan, sale: &Sale, places: &[usize]) -> (String, String) {
        let reservation = self.held(fan, sale, places).await;
        let reply = self.pay(fan, &reservation).send().await;
        let payment = reply.header("location").expect("a location").to_owned();
        reply.expect(201);
        (reservation, payment)
    }

    pub async fn look(&self, fan: &Fan, path: &str) -> Value {
        self.service.get(path).bearer(&fan.access).send().await.expect(200)
    }

    pub async fn status(&self, fan: &Fan, path: &str) -> String {
        self.look(fan, path).await["status"].as_str().expect("a status").to_owned()
    }

    pub async fn tickets(&self, fan: &Fan, reservation: &str) -> Vec<Value> {
        let body = self.look(fan, &format!("{reservation}/tickets")).await;
        body["tickets"].as_array().expect("tickets").clone()
    }

    pub async fn give_up(&self, fan: &Fan, reservation: &str) -> Reply {
        self.service.delete(reservation).bearer(&fan.access).send().await
    }

    /// An operator takes the hold at this path of a fan's from whoever has it.
    pub fn release(&self, reservation: &str, reason: &str) -> Request {
        let path = format!("{}/release", admin(reservation));
        self.service.post(&path, json!({ "reason": reason })).bearer(&self.issuers.operator_token())
    }

    pub async fn inspect(&self, path: &str) -> Value {
        self.service.get(path).bearer(&self.issuers.operator_token()).send().await.expect(200)
    }

    /// Looks until the thing at `path` is as it shall be in the end.
    pub async fn until(&self, fan: &Fan, path: &str, status: &str) {
        let looks = async { while self.status(fan, path).await != status {} };
        timeout(PATIENCE, looks).await.unwrap_or_else(|_| panic!("{path} never becomes {status}"));
    }

    /// Looks until `what` is so.
    pub async fn until_so(&self, what: &str, so: impl AsyncFn() -> bool) {
        let looks = async {
            while !so().await {
                // What needs no waiting for would never let the clock be looked at.
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, looks).await.unwrap_or_else(|_| panic!("it is never so that {what}"));
    }

    pub async fn sql(&self, statement: &str) {
        let mut connection = self.database.connection().await.unwrap();
        connection.batch_execute(statement).await.unwrap();
    }

    pub async fn count(&self, query: &str) -> i64 {
        let mut connection = self.database.connection().await.unwrap();
        let count = diesel::dsl::sql::<BigInt>(&format!("({query})"));
        diesel::select(count).get_result(&mut connection).await.unwrap()
    }

    /// All holds there are end an hour earlier.
    pub async fn let_holds_lapse(&self) {
        self.sql("UPDATE seats SET held_until = held_until - interval '1 hour'").await;
        self.sql("UPDATE reservations SET held_until = held_until - interval '1 hour'").await;
    }

    /// All payments there are began an hour earlier, if `began`, and their drivers have had time enough.
    pub async fn let_drivers_stall(&self, began: bool) {
        self.sql("UPDATE payments SET lease_until = lease_until - interval '1 hour'").await;
        if began {
            self.sql("UPDATE payments SET created_at = created_at - interval '1 hour'").await;
        }
    }

    pub async fn events(&self) -> i64 {
        self.count("SELECT count(*) FROM outbox").await
    }

    /// What must always hold does.
    pub async fn assert_sound(&self) {
        let live = "WITH live AS (SELECT unnest(seat_ids) AS seat_id, reservation_id, status FROM reservations \
             WHERE status IN ('paying', 'confirmed') OR (status = 'held' AND held_until > clock_timestamp()))";
        for (rule, breaches) in [
            ("a seat has one owner", "SELECT count(*) - count(DISTINCT seat_id) FROM live"),
            (
                "what is live has its seats",
                "SELECT count(*) FROM live JOIN seats USING (seat_id) WHERE live.reservation_id IS DISTINCT FROM \
                 seats.reservation_id OR (live.status = 'confirmed') <> (seats.status = 'sold')",
            ),
            (
                "a taken seat belongs to something live",
                "SELECT count(*) FROM seats LEFT JOIN live USING (seat_id) WHERE live.seat_id IS NULL AND \
                 (seats.status = 'sold' OR (seats.status = 'held' AND coalesce(seats.held_until > clock_timestamp(), true)))",
            ),
            (
                "a sold seat has a ticket and no other has",
                "SELECT count(*) FROM seats FULL JOIN tickets USING (seat_id) WHERE \
                 (tickets.reservation_id IS NOT NULL AND seats.status = 'sold') <> (tickets.reservation_id IS NOT NULL OR seats.status = 'sold')",
            ),
            (
                "what is sold is paid and what is paid is sold",
                "SELECT count(*) FROM payments FULL JOIN reservations USING (payment_id) WHERE \
                 (state = 'captured') IS TRUE <> (status = 'confirmed') IS TRUE OR \
                 (state = 'captured' AND payments.amount <> reservations.amount)",
            ),
        ] {
            assert_eq!(self.count(&format!("{live} {breaches}")).await, 0, "{rule}");
        }
    }
}

impl Sale {
    /// One that is not published yet.
    pub fn of(seats: usize) -> Self {
        Self { schedule: new_id(), queue: QueueId(new_id()), seats: (0..seats).map(|_| new_id()).collect() }
    }

    pub fn wanted(&self, places: &[usize]) -> Value {
        let seats: Vec<Uuid> = places.iter().map(|place| self.seats[*place]).collect();
        json!({ "scheduleId": self.schedule, "seatIds": seats })
    }
}

/// What concert-service says of a performance: on sale for an hour yet, it begins in two.
pub fn inventory(sale: &Sale) -> Value {
    let now = SystemClock.now();
    let seat = |(number, id): (usize, &Uuid)| json!({ "seatId": id, "number": number + 1, "section": "Floor", "row": number / 10 + 1, "price": PRICE });
    json!({
        "concertId": new_id(),
        "queueId": sale.queue,
        "startsAt": now + TimeDelta::hours(2),
        "salesOpenAt": now - TimeDelta::hours(1),
        "salesCloseAt": now + TimeDelta::hours(1),
        "seats": sale.seats.iter().enumerate().map(seat).collect::<Vec<_>>(),
    })
}

/// The operators' path of what fans see at this one.
pub fn admin(path: &str) -> String {
    path.replace("/v1/", "/v1/admin/")
}

pub fn new_id() -> Uuid {
    Version7.next()
}

pub fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is no instant"))
}

/// The fields that a refusal names.
pub fn fields(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect()
}

/// The names of a body's members, sorted.
pub fn members(body: &Value) -> Vec<&str> {
    let mut members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    members
}
