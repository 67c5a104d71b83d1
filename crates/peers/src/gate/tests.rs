use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::StatusCode as Status;
use actix_web::web::{self, Data, Json};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use chrono::DateTime;
use contracts::internal::queue::{EndedBody, Ending, EndingsBody};
use contracts::internal::wallet::{DebitOutcomeBody, DebitOutcomesBody, DebitsBody, PaymentOutcomeBody};
use domain::adapters::system::Version7;
use domain::reservation::{Passes, Payment, PaymentState, Payments, WalletAnswer};
use domain::shared::{Amount, EntryId, PaymentId, ReservationId, Unavailable, UserId};
use futures_util::future::join_all;
use service_kit::settings::{Settings, Sources, load_shared};
use service_kit::{Context, Store};
use test_kit::Unheard;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::*;
use crate::{HttpPasses, HttpPayments};

/// How the peer takes a set.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Answers,
    /// Says nothing of this member.
    Silent(Uuid),
    /// Refuses sets with this member.
    Refuses(Uuid, Status),
    RefusesAll(Status),
}

type Seen = (String, Vec<Uuid>);

/// Both peers at one address: takes the amount, and answers with it for a balance.
#[derive(Clone)]
struct Fake {
    mood: Mood,
    /// Each set that came, with the id of its request.
    seen: Arc<Mutex<Vec<Seen>>>,
    /// The first set waits here.
    gate: Arc<Semaphore>,
    gated: Arc<AtomicUsize>,
}

impl Fake {
    fn new(mood: Mood) -> Self {
        Self { mood, seen: Arc::default(), gate: Arc::new(Semaphore::new(0)), gated: Arc::default() }
    }

    /// Its address.
    fn open(&self) -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let fake = self.clone();
        let app = move || {
            App::new()
                .app_data(Data::new(fake.clone()))
                .route("/internal/v1/debits", web::post().to(debit))
                .route("/internal/v1/passes/endings", web::post().to(end))
        };
        tokio::spawn(HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run());
        base
    }

    /// What stands in the way of an answer.
    async fn take(&self, request: &HttpRequest, members: Vec<Uuid>) -> Option<HttpResponse> {
        let id = request.headers().get(request_id::HEADER).unwrap().to_str().unwrap().to_owned();
        self.seen.lock().unwrap().push((id, members.clone()));
        if self.gated.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            self.gate.acquire().await.unwrap().forget();
        }
        match self.mood {
            Mood::Refuses(member, status) if members.contains(&member) => {
                Some(HttpResponse::build(status).finish())
            }
            Mood::RefusesAll(status) => Some(HttpResponse::build(status).finish()),
            Mood::Answers | Mood::Silent(_) | Mood::Refuses(..) => None,
        }
    }

    fn speaks_of(&self, member: Uuid) -> bool {
        !matches!(self.mood, Mood::Silent(silent) if silent == member)
    }

    fn sets(&self) -> Vec<Vec<Uuid>> {
        self.seen.lock().unwrap().iter().map(|(_, members)| members.clone()).collect()
    }
}

async fn debit(request: HttpRequest, body: Json<DebitsBody>, fake: Data<Fake>) -> HttpResponse {
    let members = body.debits.iter().map(|debit| debit.payment_id).collect();
    if let Some(refused) = fake.take(&request, members).await {
        return refused;
    }
    // Backwards: the ids say whose answer is whose.
    let outcomes = body.debits.iter().rev().filter(|debit| fake.speaks_of(debit.payment_id));
    let outcomes = outcomes.map(|debit| {
        let outcome = DebitOutcomeBody::Captured { balance: debit.amount };
        PaymentOutcomeBody { payment_id: debit.payment_id, outcome }
    });
    HttpResponse::Ok().json(DebitOutcomesBody { outcomes: outcomes.collect() })
}

async fn end(request: HttpRequest, body: Json<EndingsBody>, fake: Data<Fake>) -> HttpResponse {
    let endings = body.into_inner().endings().unwrap();
    if let Some(refused) = fake.take(&request, endings.iter().map(|ending| ending.pass_id).collect()).await {
        return refused;
    }
    let ended = endings.into_iter().filter(|ending| {
        // Of a pass that is to end in both ways it knows only the one.
        fake.speaks_of(ending.pass_id) || ending.ending == Ending::Finished
    });
    HttpResponse::Ok().json(EndedBody { ended: ended.collect() })
}

fn peer(base: &str, settings: &[(&str, &str)]) -> Peer {
    let secret = "secret".repeat(8);
    let settings = settings.iter().copied().chain([("BOXOFFICE__AUTH__SERVICE_SECRET", secret.as_str())]);
    let environment = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let shared = load_shared(Sources { section: "reservation", defaults: "", environment }).unwrap();
    let settings = Settings { shared, service: () };
    let context = Context::new("reservation-service", settings, Store::Memory).unwrap();
    Peer::new("wallet-service", base, &context)
}

fn payment(won: i64) -> Payment {
    Payment {
        id: PaymentId(Version7.next()),
        reservation_id: ReservationId(Version7.next()),
        user_id: UserId(Version7.next()),
        pass_id: EntryId(Version7.next()),
        amount: Amount::new(won).unwrap(),
        created_at: DateTime::UNIX_EPOCH,
        fence: Payment::FIRST_FENCE,
        state: PaymentState::Debiting,
    }
}

fn payments(count: i64) -> Vec<Payment> {
    (1..=count).map(payment).collect()
}

/// All at once.
async fn debit_all(wallet: Peer, payments: &[Payment]) -> Vec<anyhow::Result<WalletAnswer>> {
    let wallet = HttpPayments::new(wallet);
    join_all(payments.iter().map(|payment| wallet.debit(payment))).await
}

fn taken(payment: &Payment) -> WalletAnswer {
    WalletAnswer::Taken { balance: domain::shared::Balance::new(payment.amount.as_won()).unwrap() }
}

fn is_unknown(answer: &anyhow::Result<WalletAnswer>) -> bool {
    answer.as_ref().is_err_and(anyhow::Error::is::<Unavailable>)
}

#[tokio::test(flavor = "multi_thread")]
async fn debits_that_meet_travel_in_few_calls_and_each_gets_its_own_answer() {
    let fake = Fake::new(Mood::Answers);
    let payments = payments(2_000);
    let answers = debit_all(peer(&fake.open(), &[]), &payments).await;
    for (payment, answer) in payments.iter().zip(answers) {
        assert_eq!(answer.unwrap(), taken(payment));
    }
    let sets = fake.sets();
    assert!(sets.len() <= 200, "{} calls", sets.len());
    assert!(sets.iter().all(|set| set.len() <= LARGEST_SET));
    let mut asked = sets.concat();
    asked.sort_unstable();
    assert_eq!(asked, payments.iter().map(|payment| payment.id.0).collect::<Vec<_>>(), "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_is_a_request_of_its_own() {
    let fake = Fake::new(Mood::Answers);
    let wallet = HttpPayments::new(peer(&fake.open(), &[]));
    for payment in payments(2) {
        request_id::scope("the-fans-own".to_owned(), wallet.debit(&payment)).await.unwrap();
    }
    let seen = fake.seen.lock().unwrap();
    let [(first, _), (second, _)] = seen.as_slice() else { panic!("{seen:?}") };
    assert!(request_id::acceptable(first) && request_id::acceptable(second));
    assert!(first != second && first != "the-fans-own", "{first} and {second}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_at_the_door_is_never_sent_for_every_member() {
    let unheard = Unheard::reserve();
    let nobody = unheard.address();
    let payments = payments(300);
    let answers = debit_all(peer(&format!("http://{nobody}"), &[]), &payments).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(WalletAnswer::NeverSent))), "{answers:?}");
    // Of an ending it is out of reach, which is what becomes of everything that did not arrive.
    let queue = HttpPasses::new(peer(&format!("http://{nobody}"), &[]));
    assert!(queue.finish(EntryId(Version7.next())).await.unwrap_err().is::<Unavailable>());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_unknown_for_every_member_and_never_not_sent() {
    let fake = Fake::new(Mood::RefusesAll(Status::SERVICE_UNAVAILABLE));
    let answers = debit_all(peer(&fake.open(), &[]), &payments(300)).await;
    assert!(answers.iter().all(is_unknown), "{answers:?}");
    let (sets, members) = (fake.sets().len(), fake.sets().concat().len());
    // Ten in reserve, and a fifth: an outage is not made worse by halving sets.
    assert!(members <= 600 && sets <= 320, "{sets} calls with {members} members");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_the_answer_says_nothing_of_is_unknown_alone() {
    let payments = payments(50);
    let silent = payments[20].id;
    let fake = Fake::new(Mood::Silent(silent.0));
    let answers = debit_all(peer(&fake.open(), &[]), &payments).await;
    for (payment, answer) in payments.iter().zip(answers) {
        if payment.id == silent {
            assert!(is_unknown(&answer), "{answer:?}");
        } else {
            assert_eq!(answer.unwrap(), taken(payment));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_refused_is_refused_alone_and_not_out_of_reach() {
    for status in [Status::BAD_REQUEST, Status::PAYLOAD_TOO_LARGE, Status::UNPROCESSABLE_ENTITY] {
        let payments = payments(50);
        let wrong = payments[20].id;
        let fake = Fake::new(Mood::Refuses(wrong.0, status));
        let answers = debit_all(peer(&fake.open(), &[]), &payments).await;
        for (payment, answer) in payments.iter().zip(answers) {
            if payment.id == wrong {
                let refused = answer.unwrap_err();
                assert!(!refused.is::<Unavailable>(), "{refused:#}");
                let refused = refused.downcast_ref::<PeerError>();
                assert!(matches!(refused, Some(PeerError::Refused { .. })), "{refused:?}");
            } else {
                assert_eq!(answer.unwrap(), taken(payment), "{status}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_whoever_asks_is_not_asked_for_one_by_one() {
    for status in [Status::UNAUTHORIZED, Status::NOT_FOUND, Status::TOO_MANY_REQUESTS] {
        let fake = Fake::new(Mood::RefusesAll(status));
        let payments = payments(300);
        let answers = debit_all(peer(&fake.open(), &[]), &payments).await;
        for answer in answers {
            let refused = answer.unwrap_err();
            assert!(!refused.is::<Unavailable>() && refused.is::<PeerError>(), "{refused:#}");
        }
        assert_eq!(fake.sets().concat().len(), payments.len(), "each once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_slow_does_not_hold_up_the_next() {
    let fake = Fake::new(Mood::Answers);
    fake.gated.store(3, Ordering::SeqCst);
    let wallet =
        Arc::new(HttpPayments::new(peer(&fake.open(), &[("BOXOFFICE__PEERS__DEADLINE_MS", "60000")])));
    let mut slow = Vec::new();
    for calls in 1..=3 {
        let wallet = Arc::clone(&wallet);
        slow.push(tokio::spawn(async move { wallet.debit(&payment(1)).await }));
        while fake.sets().len() < calls {
            tokio::task::yield_now().await;
        }
    }
    wallet.debit(&payment(2)).await.unwrap();
    fake.gate.add_permits(3);
    for slow in slow {
        slow.await.unwrap().unwrap();
    }
}

/// With no attempt that ends, and every sender busy: whoever waits behind them does not wait for ever.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_turn_that_does_not_come_hears_that_it_is_unknown() {
    let fake = Fake::new(Mood::Answers);
    fake.gated.store(usize::MAX, Ordering::SeqCst);
    let answers =
        debit_all(peer(&fake.open(), &[("BOXOFFICE__PEERS__DEADLINE_MS", "100")]), &payments(20)).await;
    assert!(answers.iter().all(is_unknown), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn endings_that_meet_travel_together_and_each_is_told_apart() {
    let (silent, finished) = (EntryId(Version7.next()), EntryId(Version7.next()));
    let fake = Fake::new(Mood::Silent(silent.0));
    let queue = HttpPasses::new(peer(&fake.open(), &[]));
    let (both, yielded, other, plain) = tokio::join!(
        queue.finish(silent),
        queue.yield_slot(silent),
        queue.yield_slot(finished),
        queue.finish(finished)
    );
    assert!(yielded.unwrap_err().is::<Unavailable>());
    for ended in [both, other, plain] {
        ended.unwrap();
    }
    let passes: Vec<_> = (0..1_000).map(|_| EntryId(Version7.next())).collect();
    for ended in join_all(passes.iter().map(|pass| queue.finish(*pass))).await {
        ended.unwrap();
    }
    assert!(fake.sets().len() <= 104, "{} calls", fake.sets().len());
}
