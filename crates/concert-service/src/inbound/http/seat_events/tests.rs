use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use actix_web::web::Bytes;
use chrono::{DateTime, TimeDelta};
use domain::concert::{PlannedSeat, SeatChanges, SeatMap, SeatStatus};
use domain::shared::{Amount, EntryId, QueueId, SeatId, UserId};
use futures_util::Stream;
use serde_json::{Value, json};
use service_kit::streams::StreamLimits;

use super::super::live_seats::Followable;
use super::stream::Cut;
use super::*;

const SCHEDULE: ScheduleId = ScheduleId(Uuid::nil());
const AN_HOUR: Duration = Duration::from_hours(1);
/// Their snapshot is 190 KB: three slices.
const SEATS: u32 = 2500;

/// A performance whose seats change when a test says so.
struct Stage {
    map: SeatMap,
    performance: Followable,
    streams: Arc<OpenStreams>,
}

impl Stage {
    fn new() -> Self {
        let seat = |number: u32| PlannedSeat {
            id: seat(number),
            number,
            section: "Floor".to_owned(),
            row: 1,
            x: 0,
            y: 0,
            price: Amount::new(1).unwrap(),
        };
        let map = SeatMap::new((1..=SEATS).map(seat).collect());
        let limits = StreamLimits { altogether: 3, per_holder: 2 };
        let streams = Arc::new(OpenStreams::new(limits));
        let mut stage = Self { map, performance: Followable::new(AN_HOUR), streams };
        stage.report((1..=SEATS).map(|number| (number, SeatStatus::Available)));
        stage
    }

    fn report(&mut self, changes: impl IntoIterator<Item = (u32, SeatStatus)>) {
        let changes = changes.into_iter().map(|(number, status)| (seat(number), status)).collect();
        let version = self.map.cursor() + 1;
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(version);
        self.map.apply(&SeatChanges { version, now, changes });
        let map = Arc::new(self.map.clone());
        self.performance.show(SCHEDULE, &map, Some(Instant::now())).unwrap();
    }

    /// Seat 1 is sold and available in turn.
    fn change(&mut self, times: u32) {
        for _ in 0..times {
            let sold = self.map.seats().next().unwrap().status == SeatStatus::Sold;
            self.report([(1, if sold { SeatStatus::Available } else { SeatStatus::Sold })]);
        }
    }

    fn stream(&self, known: Option<i64>) -> impl Stream<Item = Result<Bytes, Cut>> + use<> {
        let open = Arc::clone(&self.streams).open(pass(1)).unwrap();
        SeatStream::new(self.performance.subscribe(), known, open, AN_HOUR).into_chunks()
    }
}

fn seat(number: u32) -> SeatId {
    SeatId(Uuid::from_u128(number.into()))
}

fn pass(user: u128) -> Pass {
    Pass {
        pass_id: EntryId(Uuid::from_u128(user)),
        queue_id: QueueId(Uuid::nil()),
        user_id: UserId(Uuid::from_u128(user)),
        expires_at: DateTime::UNIX_EPOCH,
    }
}

/// What the connection takes while it has room; none: the stream has nothing to say yet.
fn take(stream: Pin<&mut impl Stream<Item = Result<Bytes, Cut>>>) -> Option<Option<Result<Bytes, Cut>>> {
    match stream.poll_next(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(item) => Some(item),
        Poll::Pending => None,
    }
}

/// Everything the stream has to say.
fn read(mut stream: Pin<&mut impl Stream<Item = Result<Bytes, Cut>>>) -> String {
    let mut text = Vec::new();
    while let Some(Some(chunk)) = take(stream.as_mut()) {
        text.extend_from_slice(&chunk.unwrap());
    }
    String::from_utf8(text).unwrap()
}

/// The data of each event.
fn data(text: &str) -> Vec<Value> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_stream_begins_with_a_snapshot_and_goes_on_with_what_changes() {
    let mut stage = Stage::new();
    let mut stream = pin!(stage.stream(None));
    let first = data(&read(stream.as_mut()));
    assert_eq!(
        (first.len(), &first[0]["snapshot"], &first[0]["version"]),
        (1, &json!(true), &json!(1_000_000))
    );
    assert_eq!(first[0]["changes"].as_array().unwrap().len(), usize::try_from(SEATS).unwrap());
    stage.change(1);
    let change = json!({ "seatId": seat(1), "status": "sold" });
    let text = read(stream.as_mut());
    assert!(text.starts_with("id: 2000000\nevent: seats\ndata: {") && text.ends_with("}\n\n"), "{text}");
    let expected = json!({ "version": 2_000_000, "snapshot": false, "changes": [change] });
    assert_eq!(data(&text), [expected]);
    assert!(take(stream.as_mut()).is_none(), "it stays open");
}

#[tokio::test]
async fn whoever_knows_a_version_is_told_what_came_after_it() {
    let mut stage = Stage::new();
    stage.change(3);
    let versions = |stage: &Stage, known| -> Vec<(i64, bool)> {
        let events = data(&read(pin!(stage.stream(Some(known)))));
        events.iter().map(|it| (it["version"].as_i64().unwrap(), it["snapshot"].as_bool().unwrap())).collect()
    };
    assert_eq!(versions(&stage, 2_000_000), [(3_000_000, false), (4_000_000, false)]);
    assert_eq!(versions(&stage, 4_000_000), []);
    // An unknown one gets what others began with, and the way from there.
    let all = [(1_000_000, true), (2_000_000, false), (3_000_000, false), (4_000_000, false)];
    for unknown in [0, 2_500_000, i64::MAX] {
        assert_eq!(versions(&stage, unknown), all);
    }
}

#[tokio::test]
async fn many_streams_that_begin_in_a_storm_share_one_snapshot() {
    let mut stage = Stage::new();
    let chunk = |stage: &Stage| {
        let first = take(pin!(stage.stream(None))).unwrap().unwrap().unwrap();
        first.as_ptr()
    };
    let first = chunk(&stage);
    stage.change(64);
    assert_eq!(chunk(&stage), first);
    stage.change(1);
    assert_ne!(chunk(&stage), first);
}

#[tokio::test]
async fn a_slow_reader_gets_its_event_whole_and_then_a_snapshot() {
    let mut stage = Stage::new();
    let mut slow = pin!(stage.stream(None));
    let begun = take(slow.as_mut()).unwrap().unwrap().unwrap();
    // More changes than there are seats: the way from there is longer than a snapshot.
    for status in [SeatStatus::Sold, SeatStatus::Available] {
        stage.report((1..=SEATS).map(|number| (number, status)));
    }
    let rest = read(slow.as_mut());
    let events = data(&(String::from_utf8(begun.to_vec()).unwrap() + &rest));
    let versions: Vec<_> = events.iter().map(|event| (&event["version"], &event["snapshot"])).collect();
    let (first, latest, snapshot) = (json!(1_000_000), json!(3_000_000), json!(true));
    assert_eq!(versions, [(&first, &snapshot), (&latest, &snapshot)]);
}

#[tokio::test]
async fn a_reader_who_has_stopped_keeps_nothing_alive_and_is_cut_off() {
    let mut stage = Stage::new();
    let mut stopped = pin!(stage.stream(None));
    take(stopped.as_mut()).unwrap().unwrap().unwrap();
    stage.change(65);
    take(stopped.as_mut()).unwrap().unwrap().unwrap();
    stage.change(65);
    assert!(matches!(take(stopped.as_mut()), Some(Some(Err(Cut::TooSlow)))));
    assert!(matches!(take(stopped.as_mut()), Some(None)));
}

#[tokio::test]
async fn a_stream_ends_with_its_pass_and_says_so() {
    let stage = Stage::new();
    let mut stream = pin!(stage.stream(None));
    read(stream.as_mut());
    assert_eq!(stage.streams.end_spent(|pass| pass.user_id == UserId(Uuid::from_u128(2))), 0);
    assert!(take(stream.as_mut()).is_none());
    assert_eq!(stage.streams.end_spent(|pass| pass.user_id == UserId(Uuid::from_u128(1))), 1);
    let said = read(stream.as_mut());
    assert_eq!(said, "event: end\ndata: {\"code\":\"pass_expired\"}\n\n");
    assert!(matches!(take(stream.as_mut()), Some(None)));
}

#[tokio::test]
async fn a_stream_with_nothing_to_say_says_that_it_is_still_there() {
    let stage = Stage::new();
    let open = Arc::clone(&stage.streams).open(pass(1)).unwrap();
    let known = Some(stage.map.version());
    let stream = SeatStream::new(stage.performance.subscribe(), known, open, Duration::from_millis(1));
    let mut stream = pin!(stream.into_chunks());
    for _ in 0..2 {
        let said = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await;
        assert_eq!(said.unwrap().unwrap(), ":\n\n");
    }
}
