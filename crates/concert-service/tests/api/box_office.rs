//! reservation-service as concert-service meets it: its memory store behind its internal routes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::web::{self, Data, Json, Path, Query};
use actix_web::{HttpResponse, ResponseError};
use chrono::TimeDelta;
use contracts::internal::reservation::{InventoryBody, SeatChangesBody};
use domain::adapters::memory::MemoryBoxOffice;
use domain::adapters::system::Version7;
use domain::reservation::{
    BeginPayment, Begun, Checkouts, HoldRequest, Holds, Inventory, SeatWish, WalletAnswer,
};
use domain::shared::{
    Balance, EntryId, IdGenerator, PaymentId, QueueId, ReservationId, ScheduleId, SeatId, UserId,
};
use serde::Deserialize;
use service_kit::Problem;
use test_kit::ManualClock;
use uuid::Uuid;

/// How calls go wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nothing is done.
    Down,
    /// It is done, and the answer does not come.
    AnswerLost,
}

#[derive(Clone)]
pub struct BoxOffice {
    store: Arc<MemoryBoxOffice>,
    clock: Arc<ManualClock>,
    fault: Arc<Mutex<Option<Fault>>>,
    published: Arc<Mutex<Vec<ScheduleId>>>,
    asked: Arc<AtomicUsize>,
}

impl BoxOffice {
    pub fn new() -> Self {
        let clock = Arc::new(ManualClock::new());
        let store = Arc::new(MemoryBoxOffice::new(clock.clone(), Arc::new(Version7)));
        Self { store, clock, fault: Arc::default(), published: Arc::default(), asked: Arc::default() }
    }

    /// The routes of reservation-service that concert-service calls.
    pub fn serve(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(Data::new(self.clone()))
            // A plan of ten thousand seats is 1.3 MB.
            .app_data(web::JsonConfig::default().limit(32 << 20))
            .route("/internal/v1/inventories/{scheduleId}", web::put().to(publish))
            .route("/internal/v1/inventories/{scheduleId}/changes", web::get().to(changes));
    }

    /// How calls from now on go wrong; `None`: they do not.
    pub fn fail(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap() = fault;
    }

    /// How often it was asked for changes.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Every performance whose seats it was given, once per distinct id.
    pub fn published(&self) -> Vec<ScheduleId> {
        self.published.lock().unwrap().clone()
    }

    /// Holds a seat for a minute.
    pub async fn hold(&self, schedule: ScheduleId, queue_id: QueueId, seat: Uuid) -> ReservationId {
        self.hold_all(schedule, queue_id, &[seat]).await
    }

    /// Holds seats for a minute.
    pub async fn hold_all(&self, schedule: ScheduleId, queue_id: QueueId, seats: &[Uuid]) -> ReservationId {
        let request = HoldRequest {
            reservation_id: ReservationId(Version7.next()),
            schedule_id: schedule,
            user_id: UserId(Version7.next()),
            pass_id: EntryId(Version7.next()),
            queue_id,
            seats: SeatWish::These(seats.iter().copied().map(SeatId).collect()),
            hold_ttl_seconds: 60,
            max_seats_per_user: u32::MAX,
        };
        self.store.place(request).await.unwrap().value.id
    }

    /// Sells a seat.
    pub async fn sell(&self, schedule: ScheduleId, queue_id: QueueId, seat: Uuid) {
        let reservation_id = self.hold(schedule, queue_id, seat).await;
        let reservation = domain::reservation::Reservations::reservation(&*self.store, reservation_id).await;
        let reservation = reservation.unwrap().unwrap().value;
        let begin = BeginPayment {
            payment_id: PaymentId(Version7.next()),
            reservation_id,
            user_id: reservation.user_id,
            pass_id: reservation.pass_id,
            lease_seconds: 30,
        };
        let Begun::Started(payment) = self.store.begin(begin).await.unwrap() else { panic!("a new payment") };
        let taken = WalletAnswer::Taken { balance: Balance::ZERO };
        self.store.settle(payment.id, payment.fence, taken).await.unwrap();
    }

    pub fn pass_time(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    fn fault(&self) -> Option<Fault> {
        *self.fault.lock().unwrap()
    }

    fn answer(&self, done: HttpResponse) -> HttpResponse {
        if self.fault() == Some(Fault::AnswerLost) { HttpResponse::BadGateway().finish() } else { done }
    }
}

async fn publish(path: Path<Uuid>, body: Json<InventoryBody>, office: Data<BoxOffice>) -> HttpResponse {
    if office.fault() == Some(Fault::Down) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let schedule = ScheduleId(*path);
    let (terms, seats) = body.into_inner().stock(schedule).unwrap();
    office.store.publish(terms, seats).await.unwrap();
    let mut published = office.published.lock().unwrap();
    if !published.contains(&schedule) {
        published.push(schedule);
    }
    office.answer(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
struct After {
    after: i64,
}

async fn changes(path: Path<Uuid>, query: Query<After>, office: Data<BoxOffice>) -> HttpResponse {
    office.asked.fetch_add(1, Ordering::Relaxed);
    if office.fault() == Some(Fault::Down) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    match office.store.changes(ScheduleId(*path), query.after).await.unwrap() {
        Some(report) => office.answer(HttpResponse::Ok().json(SeatChangesBody::from(report))),
        None => Problem::not_found("there is no such inventory").error_response(),
    }
}
