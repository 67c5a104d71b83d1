use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::shared::Amount;

fn seat(number: u32) -> PlannedSeat {
    let (section, price) = ("Floor".to_owned(), Amount::new(1).unwrap());
    PlannedSeat { id: SeatId(Uuid::from_u128(number.into())), number, section, row: 1, x: 0, y: 0, price }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn report(version: i64, now: DateTime<Utc>, changes: Vec<(u32, SeatStatus)>) -> SeatChanges {
    let changes =
        changes.into_iter().map(|(n, status)| (SeatId(Uuid::from_u128(n.into())), status)).collect();
    SeatChanges { version, now, changes }
}

fn statuses(map: &SeatMap) -> Vec<SeatStatus> {
    map.seats().map(|live| live.status).collect()
}

#[test]
fn nothing_is_offered_before_the_inventory_was_heard() {
    let map = SeatMap::new(vec![seat(1), seat(2)]);
    assert_eq!(map.count(), SeatCount { total: 2, available: 0 });
    assert_eq!(statuses(&map), [SeatStatus::Blocked; 2]);
}

#[test]
fn a_hold_past_its_time_is_shown_as_available() {
    let mut map = SeatMap::new(vec![seat(1), seat(2)]);
    let held = SeatStatus::Held { until: Some(at(11)) };
    map.apply(&report(5, at(10), vec![(1, held), (2, SeatStatus::Sold)]));
    assert_eq!(map.count(), SeatCount { total: 2, available: 0 });
    map.apply(&report(5, at(11), vec![]));
    assert_eq!(statuses(&map), [SeatStatus::Available, SeatStatus::Sold]);
}

#[test]
fn a_seat_being_paid_for_stays_held_without_end() {
    let mut map = SeatMap::new(vec![seat(1)]);
    map.apply(&report(5, at(10), vec![(1, SeatStatus::Held { until: None })]));
    map.apply(&report(6, at(1_000_000), vec![]));
    assert_eq!(statuses(&map), [SeatStatus::Held { until: None }]);
}

#[test]
fn an_older_report_changes_nothing() {
    let mut map = SeatMap::new(vec![seat(1)]);
    map.apply(&report(7, at(5), vec![(1, SeatStatus::Sold)]));
    map.apply(&report(6, at(9), vec![(1, SeatStatus::Available)]));
    map.apply(&report(7, at(4), vec![(1, SeatStatus::Available)]));
    assert_eq!((map.cursor(), statuses(&map)), (7, vec![SeatStatus::Sold]));
}

#[test]
fn a_seat_can_change_while_the_version_stands_still() {
    let mut map = SeatMap::new(vec![seat(1)]);
    map.apply(&report(7, at(5), vec![(1, SeatStatus::Available)]));
    map.apply(&report(7, at(5), vec![(1, SeatStatus::Sold)]));
    assert_eq!(statuses(&map), [SeatStatus::Sold]);
}

#[test]
fn seats_of_another_performance_are_passed_over() {
    let mut map = SeatMap::new(vec![seat(1)]);
    map.apply(&report(7, at(5), vec![(2, SeatStatus::Available), (1, SeatStatus::Sold)]));
    assert_eq!(statuses(&map), [SeatStatus::Sold]);
}

#[test]
fn a_version_is_new_when_a_fan_sees_a_difference_and_only_then() {
    let mut map = SeatMap::new(vec![seat(1), seat(2)]);
    map.apply(&report(1, at(0), vec![(1, SeatStatus::Held { until: Some(at(10)) }), (2, SeatStatus::Sold)]));
    let with = |version, now, changes| {
        let mut later = map.clone();
        later.apply(&report(version, now, changes));
        later.version()
    };
    assert_eq!(map.version(), with(9, at(5), vec![(1, SeatStatus::Held { until: None })]));
    assert_eq!(
        with(9, at(5), vec![(1, SeatStatus::Sold)]),
        5_000_000,
        "microseconds of the inventory's clock"
    );
    assert_eq!(with(1, at(10), vec![]), 10_000_000, "the hold has lapsed");
}

#[test]
fn versions_rise_even_where_the_inventorys_clock_stands_still_or_steps_back() {
    let mut map = SeatMap::new(vec![seat(1)]);
    assert_eq!(map.version(), 0);
    map.apply(&report(1, at(7), vec![]));
    assert_eq!(map.version(), 7_000_000, "that nothing is for sale is something to know");
    map.apply(&report(2, at(7), vec![(1, SeatStatus::Available)]));
    assert_eq!(map.version(), 7_000_001);
    map.apply(&report(3, at(6), vec![(1, SeatStatus::Sold)]));
    assert_eq!(map.version(), 7_000_002);
}

#[test]
fn a_hold_lapses_while_the_inventory_is_silent_and_what_it_says_next_still_counts() {
    let mut map = SeatMap::new(vec![seat(1), seat(2)]);
    let held = |until| SeatStatus::Held { until };
    map.apply(&report(5, at(10), vec![(1, held(Some(at(11)))), (2, held(None))]));
    let before = map.clone();
    map.pass_time(at(10) + TimeDelta::milliseconds(999));
    assert_eq!(map.version(), before.version());
    map.pass_time(at(11));
    assert_eq!(statuses(&map), [SeatStatus::Available, held(None)]);
    assert_eq!((map.version(), map.as_of()), (11_000_000, at(10)));
    assert_eq!(map.changes_since(&before), [(SeatId(Uuid::from_u128(1)), SeatStatus::Available)]);
    map.apply(&report(5, at(10) + TimeDelta::milliseconds(1), vec![(1, SeatStatus::Sold)]));
    assert_eq!(statuses(&map), [SeatStatus::Sold, held(None)]);
}

#[test]
fn a_fan_is_told_what_has_become_different_and_nothing_else() {
    let mut map = SeatMap::new((1..=4).map(seat).collect());
    let held = |until| SeatStatus::Held { until: Some(at(until)) };
    let all = [1, 2, 3, 4].map(|number| (number, held(10)));
    map.apply(&report(1, at(0), all.to_vec()));
    let before = map.clone();
    map.apply(&report(2, at(1), vec![(2, held(20)), (3, SeatStatus::Sold), (4, SeatStatus::Available)]));
    let told = map.changes_since(&before);
    let id = |number: u128| SeatId(Uuid::from_u128(number));
    assert_eq!(told, [(id(3), SeatStatus::Sold), (id(4), SeatStatus::Available)]);
    assert_eq!(map.changes_since(&map), []);
}

#[test]
fn a_copy_keeps_what_it_saw() {
    let mut map = SeatMap::new(vec![seat(1)]);
    map.apply(&report(1, at(0), vec![(1, SeatStatus::Available)]));
    let copy = map.clone();
    map.apply(&report(2, at(1), vec![(1, SeatStatus::Sold)]));
    assert_eq!(statuses(&copy), [SeatStatus::Available]);
    assert_eq!(statuses(&map), [SeatStatus::Sold]);
}

proptest! {
    #[test]
    fn reports_repeated_in_order_end_where_the_last_of_each_seat_says(
        reports in proptest::collection::vec(proptest::collection::vec((1..6_u32, any::<bool>()), 0..5), 1..8),
    ) {
        let mut map = SeatMap::new((1..6).map(seat).collect());
        let mut expected = [SeatStatus::Blocked; 5];
        for (index, changes) in reports.iter().enumerate() {
            let version = i64::try_from(index).unwrap();
            let changes: Vec<_> = changes
                .iter()
                .map(|(number, sold)| (*number, if *sold { SeatStatus::Sold } else { SeatStatus::Available }))
                .collect();
            for (number, status) in &changes {
                expected[usize::try_from(*number).unwrap() - 1] = *status;
            }
            let report = report(version, at(version), changes);
            map.apply(&report);
            map.apply(&report);
        }
        prop_assert_eq!(statuses(&map), expected);
    }
}
