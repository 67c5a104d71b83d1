use uuid::Uuid;

use super::*;

const QUEUE: QueueId = QueueId(Uuid::nil());
const ABSENCE: AbsencePolicy = AbsencePolicy { limit_seconds: 600, grace_seconds: 300 };
const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn place(number: i64) -> Entry {
    let id = Uuid::from_u128(u128::from(number.unsigned_abs()));
    Entry::joined(EntryId(id), QUEUE, UserId(id), number, START)
}

/// Ten fans, one slot.
fn rooms() -> Rooms {
    let policy = AdmissionPolicy { max_active: 1, admit_per_minute: None, pass_ttl_seconds: 60 };
    let mut rooms = Rooms::default();
    rooms.put_queue(Queue::new(QUEUE, "Hall".to_owned(), policy)).unwrap();
    for number in 1..=10 {
        rooms.put(&place(number), Duration::ZERO).unwrap();
    }
    rooms
}

fn work(rooms: &Rooms, seconds: u64) -> Work {
    let now = START + TimeDelta::seconds(seconds.try_into().unwrap());
    rooms.work(QUEUE, now, at(seconds), ABSENCE, 3)
}

#[test]
fn there_is_work_while_somebody_can_come_in_or_has_no_time_left() {
    let mut rooms = rooms();
    assert!(work(&rooms, 0).any);
    rooms.put(&place(1).admit(START, 60), at(0)).unwrap();
    assert!(!work(&rooms, 59).any);
    assert!(work(&rooms, 60).any, "a pass has run out");
    rooms.put(&place(1).admit(START, 60).finish(), at(0)).unwrap();
    assert!(work(&rooms, 1).any, "the slot is free");
    assert!(!work(&rooms, 700).any, "but everybody is absent");
}

#[test]
fn who_has_been_silent_too_long_is_found_some_at_a_time_and_looked_for_no_sooner_than_needed() {
    let mut rooms = rooms();
    assert_eq!(work(&rooms, 899).lapsed, []);
    rooms.fan(place(2).id).unwrap().presence.touch(at(899));
    let mut gone = Vec::new();
    loop {
        let found = work(&rooms, 900).lapsed;
        assert!(found.len() <= 3);
        if found.is_empty() {
            break;
        }
        for entry in found {
            gone.push(entry);
            rooms.forget(entry);
        }
    }
    assert_eq!(gone, [1, 3, 4, 5, 6, 7, 8, 9, 10].map(|number| place(number).id));
    let looked_at = rooms.room(QUEUE).unwrap().nobody_lapses_before.load(Ordering::Relaxed);
    assert_eq!(looked_at, (899 + 900) * 1_000);
    assert_eq!(work(&rooms, 1_798).lapsed, []);
    assert_eq!(work(&rooms, 1_799).lapsed, [place(2).id]);
}

#[test]
fn a_place_that_is_put_twice_is_there_once() {
    let mut rooms = rooms();
    rooms.put(&place(10), at(5)).unwrap();
    let admitted = place(3).admit(START, 60);
    for _ in 0..2 {
        rooms.put(&admitted, at(5)).unwrap();
    }
    let load = rooms.room(QUEUE).unwrap().load(START);
    assert_eq!((rooms.room(QUEUE).unwrap().waiting(), load.active), (9, 1));
    assert_eq!(rooms.live(QUEUE, place(3).user_id), Some(admitted));
    for _ in 0..2 {
        rooms.put(&place(3).turn_away(), at(5)).unwrap();
    }
    assert_eq!((rooms.entry(place(3).id), rooms.live(QUEUE, place(3).user_id)), (None, None));
    assert_eq!(rooms.room(QUEUE).unwrap().load(START).active, 0);
}

#[test]
fn nobody_is_put_in_front_of_those_who_are_there() {
    let mut rooms = rooms();
    rooms.forget(place(5).id);
    assert!(rooms.put(&place(5), at(0)).is_err());
    assert_eq!((rooms.entry(place(5).id), rooms.room(QUEUE).unwrap().waiting()), (None, 9));
}

fn totals(rooms: &Rooms) -> (u64, u64, u64) {
    let QueueTotals { joined, admitted, finished } = rooms.room(QUEUE).unwrap().totals;
    (joined, admitted, finished)
}

#[test]
fn what_happens_is_counted_once_however_often_it_is_put() {
    let mut rooms = rooms();
    assert_eq!(totals(&rooms), (10, 0, 0));
    for _ in 0..2 {
        rooms.put(&place(1), at(0)).unwrap();
        rooms.put(&place(2).admit(START, 60), at(0)).unwrap();
    }
    assert_eq!(totals(&rooms), (10, 1, 0));
    rooms.put(&place(2).admit(START, 60).finish(), at(0)).unwrap();
    rooms.put(&place(3).lapse(), at(0)).unwrap();
    assert_eq!(totals(&rooms), (10, 1, 1));
    // What is seen for the first time when it is over has happened all the same.
    rooms.put(&place(11).admit(START, 60).finish(), at(0)).unwrap();
    assert_eq!(totals(&rooms), (11, 2, 2));
    rooms.count_short_visit(QUEUE);
    assert_eq!(totals(&rooms), (11, 3, 2));
}

#[test]
fn rooms_that_are_read_again_keep_what_was_counted() {
    let mut before = rooms();
    before.put(&place(1).admit(START, 60), at(0)).unwrap();
    let mut again = rooms();
    again.keep_totals_of(&before);
    assert_eq!(totals(&again), (10, 1, 0));
    again.keep_totals_of(&Rooms::default());
    assert_eq!(totals(&again), (0, 0, 0), "reading is no event");
}
