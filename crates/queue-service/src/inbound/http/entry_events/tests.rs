use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use actix_web::web::Bytes;
use chrono::TimeDelta;
use domain::adapters::memory::MemoryWaitingRoom;
use domain::adapters::system::Version7;
use domain::queue::{AdmissionPolicy, Joined, Queue, QueueChange, WaitingRoom};
use domain::shared::{IdGenerator, UserId};
use futures_util::Stream;
use serde_json::{Value, json};
use service_kit::settings::{self, Sources};
use test_kit::ManualClock;

use super::*;
use crate::settings::QueueSettings;

const QUEUE: QueueId = QueueId(Uuid::nil());
const A_MINUTE: Duration = Duration::from_mins(1);

/// A queue in memory, whose streams are read by hand.
struct House {
    room: Arc<MemoryWaitingRoom>,
    clock: Arc<ManualClock>,
    waiting: Data<Waiting>,
    issuer: Data<Issuer>,
    news: News,
    streams: Arc<OpenStreams<EntryId>>,
}

impl House {
    async fn open(max_active: u32) -> Self {
        let clock = Arc::new(ManualClock::new());
        let room = Arc::new(MemoryWaitingRoom::new(clock.clone()));
        let policy = AdmissionPolicy { max_active, admit_per_minute: None, pass_ttl_seconds: 600 };
        let template = Queue::new(QUEUE, "Hall".to_owned(), policy);
        room.configure(template, QueueChange::default()).await.unwrap();
        let key = service_kit::auth::SigningKey::generate_pem().unwrap();
        let environment =
            [("PASS_KEY", key.as_str()), ("QUEUE_TOKEN_KEY", "only-for-tests-only-for-tests-only")];
        let environment =
            environment.map(|(name, value)| (format!("BOXOFFICE__QUEUE__{name}"), value.to_owned()));
        let defaults = include_str!("../../../../config/default.toml");
        let sources = Sources { section: "queue", defaults, environment: environment.into_iter().collect() };
        let settings = settings::load::<QueueSettings>(sources).unwrap().service;
        let limits = StreamLimits { altogether: 9, per_holder: 9 };
        Self {
            waiting: Data::new(Waiting::new(room.clone(), Arc::new(Version7))),
            issuer: Data::new(Issuer::new(&settings).unwrap()),
            news: News::default(),
            streams: Arc::new(OpenStreams::new(limits)),
            room,
            clock,
        }
    }

    async fn join(&self) -> EntryId {
        let Joined { standing, .. } = self.waiting.join(QUEUE, UserId(Version7.next())).await.unwrap();
        standing.entry.id
    }

    fn stream(&self, entry: EntryId) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> + use<> {
        self.stream_with(entry, A_MINUTE)
    }

    fn stream_with(
        &self,
        entry: EntryId,
        heartbeat: Duration,
    ) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> + use<> {
        let open = Arc::clone(&self.streams).open(entry).unwrap();
        let (waiting, issuer) = (self.waiting.clone(), self.issuer.clone());
        let place = (entry, "the token".to_owned());
        EntryStream::new(waiting, issuer, place, self.news.0.subscribe(), open, heartbeat).into_chunks()
    }

    fn spread(&self) -> bool {
        self.news.spread(self.waiting.changes())
    }
}

/// Everything the stream has to say while the connection has room, and whether it is over then.
fn read(mut stream: Pin<&mut impl Stream<Item = Result<Bytes, std::convert::Infallible>>>) -> (String, bool) {
    let mut text = Vec::new();
    loop {
        match stream.as_mut().poll_next(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Some(Ok(chunk))) => text.extend_from_slice(&chunk),
            Poll::Ready(None) => return (String::from_utf8(text).unwrap(), true),
            Poll::Pending => return (String::from_utf8(text).unwrap(), false),
        }
    }
}

/// The data of each event `entry`.
fn entries(text: &str) -> Vec<Value> {
    let events = text.split("\n\n").filter_map(|event| event.strip_prefix("event: entry\ndata: "));
    events.map(|data| serde_json::from_str(data).unwrap()).collect()
}

#[tokio::test]
async fn a_stream_begins_with_the_place_and_goes_on_with_what_changes_about_it() {
    let house = House::open(0).await;
    let (first, second) = (house.join().await, house.join().await);
    let mut stream = pin!(house.stream(second));
    let (text, over) = read(stream.as_mut());
    let body = house.issuer.body(&house.waiting.follow(second).await.unwrap(), "the token".to_owned());
    assert_eq!((entries(&text), over), (vec![json!(body.unwrap())], false));
    // Nothing has changed, whatever is said.
    assert!(house.spread() && !house.spread());
    assert_eq!(read(stream.as_mut()).0, "");
    house.waiting.leave(QUEUE, first).await.unwrap();
    house.spread();
    let told = entries(&read(stream.as_mut()).0);
    assert_eq!((told.len(), &told[0]["position"], &told[0]["waiting"]), (1, &json!(1), &json!(1)));
}

#[tokio::test]
async fn a_burst_of_changes_is_one_event() {
    let house = House::open(0).await;
    let mut line = Vec::new();
    for _ in 0..20 {
        line.push(house.join().await);
    }
    let mut stream = pin!(house.stream(line[19]));
    read(stream.as_mut());
    for gone in &line[..19] {
        house.waiting.leave(QUEUE, *gone).await.unwrap();
        house.spread();
    }
    let told = entries(&read(stream.as_mut()).0);
    assert_eq!((told.len(), &told[0]["ahead"]), (1, &json!(0)));
}

#[tokio::test]
async fn who_is_let_in_gets_the_pass_and_hears_no_more_of_the_line() {
    let house = House::open(1).await;
    let entry = house.join().await;
    let mut stream = pin!(house.stream(entry));
    read(stream.as_mut());
    house.room.admit(QUEUE).await.unwrap();
    house.spread();
    let told = entries(&read(stream.as_mut()).0);
    assert_eq!((told.len(), &told[0]["status"]), (1, &json!("admitted")));
    assert!(told[0]["pass"].as_str().is_some_and(|pass| !pass.is_empty()));
    house.join().await;
    assert!(house.spread());
    assert_eq!(read(stream.as_mut()), (String::new(), false));
}

#[tokio::test]
async fn the_last_event_says_how_the_place_ended() {
    let house = House::open(1).await;
    let (paid, left) = (house.join().await, house.join().await);
    let (mut of_paid, mut of_left) = (pin!(house.stream(paid)), pin!(house.stream(left)));
    read(of_paid.as_mut());
    read(of_left.as_mut());
    house.room.admit(QUEUE).await.unwrap();
    house.room.finish(paid).await.unwrap();
    house.waiting.leave(QUEUE, left).await.unwrap();
    house.spread();
    for (mut stream, status) in [(of_paid, "done"), (of_left, "expired")] {
        let (text, over) = read(stream.as_mut());
        let told = entries(&text);
        assert_eq!((told.len(), &told[0]["status"], over), (1, &json!(status), true));
        assert!(text.ends_with("\n\nevent: end\ndata: {\"code\":\"pass_expired\"}\n\n"), "{text}");
    }
}

#[tokio::test]
async fn a_stream_with_nothing_to_say_says_that_it_is_still_there_and_that_the_fan_is() {
    let house = House::open(0).await;
    let entry = house.join().await;
    let mut stream = pin!(house.stream_with(entry, Duration::from_millis(1)));
    assert_eq!(entries(&read(stream.as_mut()).0).len(), 1);
    for _ in 0..4 {
        house.clock.advance(TimeDelta::seconds(599));
        let said = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await;
        assert_eq!(said.unwrap().unwrap(), ":\n\n");
    }
    house.room.admit(QUEUE).await.unwrap();
    assert_eq!(house.waiting.follow(entry).await.unwrap().entry.state.word(), "waiting");
}
