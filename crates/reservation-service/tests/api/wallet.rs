//! wallet-service as reservation-service meets it: its memory ledger behind its internal routes.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data, Json, Path};
use actix_web::{App, HttpResponse, HttpServer};
use contracts::internal::wallet::{DebitOutcomeBody, DebitOutcomesBody, DebitsBody, PaymentOutcomeBody};
use domain::adapters::memory::MemoryLedger;
use domain::adapters::system::{SystemClock, Version7};
use domain::shared::{Amount, ChargeId, IdGenerator, PageRequest, PaymentId, UserId};
use domain::wallet::{Ledger, NewUser, ProviderAnswer, Reason};
use serde::Serialize;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// How calls go wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nothing is done.
    Down,
    /// It is done, and an error is answered.
    AnswerLost,
    /// It is done, and the connection breaks.
    ConnectionLost,
    /// It is done, and the answer is one of another world.
    Gibberish,
    /// It is done, and the answer says nothing of it.
    Silent,
}

#[derive(Clone)]
pub struct Wallet {
    ledger: Arc<MemoryLedger>,
    fault: Arc<Mutex<Option<Fault>>>,
    /// The next debit or refund waits at the gate; it has come there; it may go on.
    gated: Arc<AtomicBool>,
    arrived: Arc<Semaphore>,
    opened: Arc<Semaphore>,
}

impl Wallet {
    pub fn new() -> Self {
        Self {
            ledger: Arc::new(MemoryLedger::new(Arc::new(SystemClock), Arc::new(Version7))),
            fault: Arc::default(),
            gated: Arc::default(),
            arrived: Arc::new(Semaphore::new(0)),
            opened: Arc::new(Semaphore::new(0)),
        }
    }

    /// The routes of wallet-service that reservation-service calls.
    pub fn serve(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(Data::new(self.clone()))
            .route("/internal/v1/debits", web::post().to(debit))
            .route("/internal/v1/debits/{paymentId}/void", web::post().to(void))
            .route("/internal/v1/debits/{paymentId}/refund", web::post().to(refund));
    }

    /// Serves at an address where there was nobody, until stopped.
    pub fn come_up(&self, address: SocketAddr) -> ServerHandle {
        let wallet = self.clone();
        let listener = TcpListener::bind(address).expect("the port is still free");
        let server = HttpServer::new(move || App::new().configure(|config| wallet.serve(config)));
        let server = server.workers(1).disable_signals().listen(listener).expect("the wallet listens").run();
        let handle = server.handle();
        tokio::spawn(server);
        handle
    }

    /// How calls from now on go wrong; `None`: they do not.
    pub fn fail(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap() = fault;
    }

    /// The next debit or refund is kept waiting before anything is done.
    pub fn keep_waiting(&self) {
        self.gated.store(true, Ordering::SeqCst);
    }

    /// Until somebody waits.
    pub async fn somebody_waits(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }

    pub fn let_go_on(&self) {
        self.opened.add_permits(1);
    }

    pub async fn top_up(&self, user: UserId, won: i64) {
        let id = ChargeId(Version7.next());
        self.ledger.open(NewUser { id: user, name: "Kim".to_owned() }).await.unwrap();
        self.ledger.begin_charge(id, user, Amount::new(won).unwrap()).await.unwrap();
        self.ledger.settle_charge(id, ProviderAnswer::Captured).await.unwrap();
    }

    pub async fn balance(&self, user: UserId) -> i64 {
        self.ledger.wallet(user).await.unwrap().map_or(0, |wallet| wallet.balance.as_won())
    }

    /// What moved, newest first, top-ups left out: payments are negative, refunds positive.
    pub async fn moved(&self, user: UserId) -> Vec<i64> {
        let lines = self.ledger.statement(user, PageRequest::default()).await.unwrap().items;
        let seats = lines.iter().filter(|line| !matches!(line.reason, Reason::Charge(_)));
        seats.map(|line| line.amount.as_won()).collect()
    }

    async fn pass_the_gate(&self) {
        if self.gated.swap(false, Ordering::SeqCst) {
            self.arrived.add_permits(1);
            self.opened.acquire().await.unwrap().forget();
        }
    }

    fn fault(&self) -> Option<Fault> {
        *self.fault.lock().unwrap()
    }

    fn answer(&self, done: impl Serialize) -> HttpResponse {
        match self.fault() {
            None | Some(Fault::Silent) => HttpResponse::Ok().json(done),
            Some(Fault::Down | Fault::AnswerLost) => HttpResponse::InternalServerError().finish(),
            Some(Fault::Gibberish) => HttpResponse::Ok().json("good day"),
            Some(Fault::ConnectionLost) => {
                let broken = Err::<Bytes, _>(io::Error::other("the cable was pulled"));
                HttpResponse::Ok().streaming(futures_util::stream::iter([broken]))
            }
        }
    }
}

async fn debit(body: Json<DebitsBody>, wallet: Data<Wallet>) -> HttpResponse {
    wallet.pass_the_gate().await;
    if wallet.fault() == Some(Fault::Down) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let mut outcomes = Vec::new();
    for request in body.requests().unwrap() {
        let outcome = wallet.ledger.debit(request).await.unwrap().into();
        outcomes.push(PaymentOutcomeBody { payment_id: request.payment_id.0, outcome });
    }
    if wallet.fault() == Some(Fault::Silent) {
        outcomes.clear();
    }
    wallet.answer(DebitOutcomesBody { outcomes })
}

async fn void(path: Path<Uuid>, wallet: Data<Wallet>) -> HttpResponse {
    if wallet.fault() == Some(Fault::Down) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let voided = wallet.ledger.void(PaymentId(*path)).await.unwrap();
    wallet.answer(DebitOutcomeBody::from(voided))
}

async fn refund(path: Path<Uuid>, wallet: Data<Wallet>) -> HttpResponse {
    wallet.pass_the_gate().await;
    if wallet.fault() == Some(Fault::Down) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let refunded = wallet.ledger.refund(PaymentId(*path)).await.unwrap();
    wallet.answer(DebitOutcomeBody::from(refunded))
}
