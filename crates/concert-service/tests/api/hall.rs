//! A running concert-service and everybody around it.

use std::time::Duration;

use concert_service::ConcertService;
use domain::adapters::system;
use domain::shared::{EntryId, IdGenerator, QueueId, ScheduleId, UserId};
use serde_json::{Value, json};
use test_kit::{Issuers, PATIENCE, Reply, Request, Spawned, spawn};
use tokio::time::{interval, timeout};
use uuid::Uuid;

use crate::box_office::BoxOffice;

/// Within the box office's time, so that its seats can be held.
pub const SALES_OPEN_AT: &str = "2026-01-01T00:00:00Z";
pub const STARTS_AT: &str = "2027-06-01T19:00:00Z";

pub struct Hall {
    pub service: Spawned<ConcertService>,
    pub issuers: Issuers,
    pub office: BoxOffice,
    pub operator: String,
    pub queue: QueueId,
}

/// A performance that is on sale.
pub struct OnSale {
    pub schedule: ScheduleId,
    pub seats_path: String,
    /// Of a fan admitted to it.
    pub pass: String,
}

impl Hall {
    /// The seats are followed closely, so that what changes soon shows.
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// With more settings.
    pub async fn open_with(settings: &[(&str, &str)]) -> Self {
        let office = BoxOffice::new();
        let served = office.clone();
        let issuers = Issuers::with_routes(move |config| served.serve(config)).await;
        let closely = [("BOXOFFICE__CONCERT__SEAT_MAP_INTERVAL_MS", "10")];
        let service = spawn(&[&closely, settings].concat(), &issuers).await;
        let (operator, queue) = (issuers.operator_token(), QueueId(new_id()));
        Self { service, issuers, office, operator, queue }
    }

    pub fn new_concert(&self) -> Value {
        json!({
            "title": "Arirang",
            "venue": "Hall",
            "queueId": self.queue,
            "salesOpenAt": SALES_OPEN_AT,
            "salesCloseAt": "2027-06-01T00:00:00Z",
        })
    }

    pub fn add(&self, body: &Value) -> Request {
        self.service.post("/v1/admin/concerts", body).bearer(&self.operator)
    }

    /// The path of a concert that has been added.
    pub async fn concert(&self) -> String {
        let body = self.add(&self.new_concert()).send().await.expect(201);
        format!("/v1/concerts/{}", body["concertId"].as_str().unwrap())
    }

    pub fn publish(&self, concert: &str, body: &Value) -> Request {
        let path = format!("{}/schedules", concert.replace("/v1/", "/v1/admin/"));
        self.service.post(&path, body).bearer(&self.operator)
    }

    /// `rows` rows of ten seats, at a concert of their own.
    pub async fn on_sale(&self, rows: u32) -> OnSale {
        let concert = self.concert().await;
        let body = self.publish(&concert, &plan(STARTS_AT, rows)).send().await.expect(201);
        let schedule: ScheduleId = body["scheduleId"].as_str().unwrap().parse().unwrap();
        OnSale { schedule, seats_path: format!("/v1/schedules/{schedule}/seats"), pass: self.pass() }
    }

    pub fn pass(&self) -> String {
        self.pass_of(self.queue)
    }

    pub fn pass_of(&self, queue: QueueId) -> String {
        let (clock, _) = system::system();
        let until = clock.now() + chrono::TimeDelta::minutes(10);
        self.issuers.pass(EntryId(new_id()), queue, UserId(new_id()), until)
    }

    pub async fn schedules(&self, concert: &str) -> Vec<Value> {
        let path = format!("{concert}/schedules");
        let body = self.service.get(&path).bearer(&self.pass()).send().await.expect(200);
        body["schedules"].as_array().unwrap().clone()
    }

    pub async fn seats(&self, sale: &OnSale, query: &str) -> Reply {
        self.service.get(&format!("{}{query}", sale.seats_path)).bearer(&sale.pass).send().await
    }

    /// The statuses of all seats by number, as soon as they are right.
    pub async fn seats_become(&self, sale: &OnSale, right: impl Fn(&[&str]) -> bool) {
        let right = &right;
        eventually("the seats are as they should be", async || {
            let body = self.seats(sale, "").await.expect(200);
            let seats = body["seats"].as_array().unwrap().iter();
            right(&seats.map(|seat| seat["status"].as_str().unwrap()).collect::<Vec<_>>()).then_some(())
        })
        .await;
    }

    pub async fn seat_ids(&self, sale: &OnSale) -> Vec<Uuid> {
        let body = self.seats(sale, "").await.expect(200);
        let seats = body["seats"].as_array().unwrap().iter();
        seats.map(|seat| seat["seatId"].as_str().unwrap().parse().unwrap()).collect()
    }

    /// Every way to come without the credential that `path` needs, and what each hears: `fits` is the kind of the one
    /// that would do.
    pub async fn assert_only(&self, fits: Fits, request: impl Fn() -> Request) {
        let expired = self.issuers.expired_pass(EntryId(new_id()), self.queue, UserId(new_id()));
        let fan = self.issuers.access_token(UserId(new_id()), "Kim");
        let service = self.issuers.service_credential("reservation-service");
        request().send().await.problem(401, "unauthenticated");
        request().bearer("nonsense").send().await.problem(401, "unauthenticated");
        request().bearer(&expired).send().await.problem(401, "pass_expired");
        request().bearer(&fan).send().await.problem(403, "not_admitted");
        request().authorization(&service).send().await.problem(403, "not_admitted");
        let other = match fits {
            Fits::Pass => self.operator.clone(),
            Fits::Operator => self.pass(),
        };
        request().bearer(&other).send().await.problem(403, "not_admitted");
    }
}

/// The credential that opens a route.
#[derive(Clone, Copy)]
pub enum Fits {
    Pass,
    Operator,
}

/// Looks until there is something to see.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        let mut glance = interval(Duration::from_millis(5));
        loop {
            glance.tick().await;
            if let Some(seen) = look().await {
                return seen;
            }
        }
    };
    timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("never came about: {what}"))
}

pub fn new_id() -> Uuid {
    system::Version7.next()
}

pub fn plan(starts_at: &str, rows: u32) -> Value {
    let section = json!({ "name": "Floor", "rows": rows, "seatsPerRow": 10, "price": 50_000 });
    json!({ "startsAt": starts_at, "sections": [section] })
}

/// The field that a refusal names first.
pub fn field(problem: &Value) -> &str {
    problem["errors"][0]["field"].as_str().unwrap()
}
