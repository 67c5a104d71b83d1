use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::Index;
use uuid::Uuid;

use super::*;
use crate::concert::{PlannedSeat, SeatChanges, SeatMap, SeatStatus};
use crate::shared::{Amount, SeatId};

const ROOMY: SeatLogLimits = SeatLogLimits { steps: 100, changes: 100 };

#[test]
fn each_version_leads_to_the_next_and_the_latest_to_nothing() {
    let mut log = SeatLog::new(10, ROOMY);
    log.push(20, 1, "a");
    log.push(25, 1, "b");
    assert_eq!(log.next(10), Next::Step(20, &"a"));
    assert_eq!(log.next(20), Next::Step(25, &"b"));
    assert_eq!(log.next(25), Next::Nothing);
    assert_eq!([10, 20, 25].map(|version| log.distance(version)), [Some(2), Some(1), Some(0)]);
}

#[test]
fn a_version_of_another_log_is_a_gap_even_between_two_known_ones() {
    let mut log = SeatLog::new(10, ROOMY);
    assert_eq!(log.next(9), Next::Gap);
    log.push(20, 1, "a");
    for unknown in [0, 9, 11, 19, 21, i64::MAX] {
        assert_eq!((log.next(unknown), log.distance(unknown)), (Next::Gap, None), "{unknown}");
    }
}

#[test]
fn the_oldest_steps_are_forgotten_by_number_and_by_size() {
    let mut by_number = SeatLog::new(0, SeatLogLimits { steps: 2, changes: 100 });
    let mut by_size = SeatLog::new(0, SeatLogLimits { steps: 100, changes: 10 });
    for version in 1..=3 {
        by_number.push(version, 1, version);
        by_size.push(version, 5, version);
    }
    for log in [&by_number, &by_size] {
        assert_eq!([0, 1].map(|version| log.distance(version)), [None, Some(2)]);
    }
    by_size.push(4, 11, 4);
    assert_eq!((by_size.next(3), by_size.next(4)), (Next::Gap, Next::Nothing), "longer than a snapshot");
    by_size.push(5, 10, 5);
    assert_eq!(by_size.next(4), Next::Step(5, &5));
}

const SEATS: u32 = 6;

fn seat(number: u32) -> PlannedSeat {
    let (section, price) = ("Floor".to_owned(), Amount::new(1).unwrap());
    PlannedSeat { id: id(number), number, section, row: 1, x: 0, y: 0, price }
}

fn id(number: u32) -> SeatId {
    SeatId(Uuid::from_u128(number.into()))
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

/// A fan who follows: a snapshot where there is a gap, one step at a time otherwise.
struct Fan {
    version: i64,
    seats: Vec<(SeatId, SeatStatus)>,
}

impl Fan {
    fn of(map: &SeatMap) -> Self {
        Self { version: map.version(), seats: shown(map) }
    }

    fn step(&mut self, log: &SeatLog<Vec<(SeatId, SeatStatus)>>, latest: &SeatMap) {
        match log.next(self.version) {
            Next::Nothing => {}
            Next::Gap => *self = Self::of(latest),
            Next::Step(version, changes) => {
                self.version = version;
                for (changed, status) in changes {
                    self.seats.iter_mut().find(|(seat, _)| seat == changed).unwrap().1 = *status;
                }
            }
        }
    }
}

/// As a fan sees it: not until when a seat is held.
fn shown(map: &SeatMap) -> Vec<(SeatId, SeatStatus)> {
    let plain = |status| match status {
        SeatStatus::Held { until: _ } => SeatStatus::Held { until: None },
        SeatStatus::Available | SeatStatus::Sold | SeatStatus::Blocked => status,
    };
    map.seats().map(|live| (live.seat.id, plain(live.status))).collect()
}

#[derive(Clone, Debug)]
enum Event {
    /// Seats become this.
    Report(Vec<(u32, SeatStatus)>),
    /// Nothing is heard while time passes.
    Silence,
    /// One of the fans takes one step.
    Read(Index),
}

fn status() -> impl Strategy<Value = SeatStatus> {
    prop_oneof![
        Just(SeatStatus::Available),
        Just(SeatStatus::Sold),
        Just(SeatStatus::Held { until: None }),
        (0..40_i64).prop_map(|until| SeatStatus::Held { until: Some(at(until)) }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        proptest::collection::vec((1..=SEATS, status()), 0..4).prop_map(Event::Report),
        Just(Event::Silence),
        any::<Index>().prop_map(Event::Read),
    ]
}

proptest! {
    /// A fan may come in at any version and read at any pace: snapshot and steps end where the map is.
    #[test]
    fn a_snapshot_and_the_steps_behind_it_are_the_next_snapshot(
        events in proptest::collection::vec(event(), 1..40),
        (steps, changes) in (0..6_usize, 0..12_usize),
    ) {
        let mut map = SeatMap::new((1..=SEATS).map(seat).collect());
        map.apply(&SeatChanges { version: 0, now: at(0), changes: Vec::new() });
        let mut log = SeatLog::new(map.version(), SeatLogLimits { steps, changes });
        let mut fans = vec![Fan::of(&map)];
        for (second, event) in (1..).zip(events) {
            let before = map.clone();
            match event {
                Event::Report(changes) => {
                    let changes = changes.into_iter().map(|(number, status)| (id(number), status)).collect();
                    map.apply(&SeatChanges { version: second, now: at(second), changes });
                }
                Event::Silence => map.pass_time(at(second)),
                Event::Read(which) => which.get_mut(&mut fans).step(&log, &map),
            }
            let changes = map.changes_since(&before);
            prop_assert_eq!(map.version() == before.version(), changes.is_empty());
            if !changes.is_empty() {
                prop_assert!(map.version() > before.version());
                let plain = shown(&map).into_iter().filter(|(seat, _)| changes.iter().any(|(id, _)| id == seat));
                log.push(map.version(), changes.len(), plain.collect());
                fans.push(Fan::of(&map));
            }
        }
        for fan in &mut fans {
            for _ in 0..=steps {
                fan.step(&log, &map);
            }
            prop_assert_eq!(fan.version, map.version());
            prop_assert_eq!(&fan.seats, &shown(&map));
        }
    }
}
