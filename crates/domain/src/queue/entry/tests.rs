use proptest::prelude::*;
use uuid::Uuid;

use super::*;

/// Microseconds, as PostgreSQL keeps them, since a whole second in 2027.
fn at(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::microseconds(micros)
}

fn waiting() -> Entry {
    let id = |number| Uuid::from_u128(number);
    Entry::joined(EntryId(id(1)), QueueId(id(2)), UserId(id(3)), 1, at(0))
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Admit,
    Finish,
    Leave,
    Yield,
    TurnAway,
    TimePasses(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Admit),
        Just(Step::Finish),
        Just(Step::Leave),
        Just(Step::Yield),
        Just(Step::TurnAway),
        (0..900_000_000_i64).prop_map(Step::TimePasses),
    ]
}

fn take(step: Step, entry: Entry, now: &mut i64) -> Entry {
    match step {
        Step::Admit => entry.admit(at(*now), 600),
        Step::Finish => entry.finish(),
        Step::Leave => entry.leave().0,
        Step::Yield => entry.yield_slot(),
        Step::TurnAway => entry.turn_away(),
        Step::TimePasses(micros) => {
            *now += micros;
            entry.at(at(*now))
        }
    }
}

/// How far along `waiting → admitted → done | expired` a state is.
fn progress(state: EntryState) -> u8 {
    match state {
        EntryState::Waiting => 0,
        EntryState::Admitted { .. } => 1,
        EntryState::Done | EntryState::Expired => 2,
    }
}

proptest! {
    #[test]
    fn an_entry_only_moves_forward_and_its_end_is_final(steps in proptest::collection::vec(step(), 0..30)) {
        let (mut entry, mut now) = (waiting(), 0);
        for step in steps {
            let before = entry.clone();
            entry = take(step, entry, &mut now);
            if before.state.has_ended() {
                prop_assert_eq!(&entry, &before);
            }
            prop_assert!(progress(entry.state) >= progress(before.state));
            prop_assert_eq!(
                (entry.id, entry.queue_id, entry.user_id, entry.sequence, entry.joined_at),
                (before.id, before.queue_id, before.user_id, before.sequence, before.joined_at)
            );
        }
    }

    #[test]
    fn a_repeated_step_changes_nothing_more(first in proptest::collection::vec(step(), 0..5), repeated in step()) {
        let mut now = 0;
        let entry = first.into_iter().fold(waiting(), |entry, step| take(step, entry, &mut now));
        if !matches!(repeated, Step::TimePasses(_)) {
            let once = take(repeated, entry, &mut now);
            prop_assert_eq!(take(repeated, once.clone(), &mut now), once);
        }
    }

    #[test]
    fn only_a_pass_that_was_out_is_revoked_and_only_by_its_end(first in proptest::collection::vec(step(), 0..5), last in step()) {
        let mut now = 0;
        let before = first.into_iter().fold(waiting(), |entry, step| take(step, entry, &mut now));
        let after = take(last, before.clone(), &mut now);
        match (before.state, after.revoked_since(&before)) {
            (EntryState::Admitted { expires_at, .. }, Some(revoked)) => {
                prop_assert!(after.state.has_ended());
                prop_assert_eq!(revoked, RevokedPass { entry_id: before.id, expires_at });
            }
            (EntryState::Admitted { .. }, None) => prop_assert_eq!(before, after),
            (EntryState::Waiting | EntryState::Done | EntryState::Expired, revoked) => prop_assert_eq!(revoked, None),
        }
    }

    #[test]
    fn a_pass_lasts_its_time_and_less_than_a_second_more_and_ends_on_a_whole_one(
        now in 0..10_000_000_000_i64,
        ttl in 1..=86_400_u32,
    ) {
        let expires_at = waiting().admit(at(now), ttl).state.pass_expires_at().unwrap();
        prop_assert_eq!(expires_at.timestamp_subsec_nanos(), 0);
        let lasts = expires_at - at(now);
        prop_assert!(lasts >= TimeDelta::seconds(ttl.into()));
        prop_assert!(lasts < TimeDelta::seconds(i64::from(ttl) + 1));
    }

    #[test]
    fn an_admission_has_run_out_from_its_end_on_and_not_before(now in 0..10_000_000_i64, ttl in 1..1_000_u32) {
        let admitted = waiting().admit(at(now), ttl);
        let end = admitted.state.pass_expires_at().unwrap();
        prop_assert_eq!(admitted.clone().at(end - TimeDelta::microseconds(1)), admitted.clone());
        prop_assert_eq!(admitted.at(end).state, EntryState::Expired);
    }
}

#[test]
fn leaving_says_what_was_given_up() {
    assert_eq!(waiting().leave().1, LeaveEffect::PlaceGivenUp);
    assert_eq!(waiting().admit(at(0), 1).leave().1, LeaveEffect::SlotFreed);
    assert_eq!(waiting().admit(at(0), 1).finish().leave().1, LeaveEffect::AlreadyEnded);
    assert_eq!(waiting().leave().0.leave().1, LeaveEffect::AlreadyEnded);
}

#[test]
fn paying_is_done_and_everything_else_is_expired() {
    let admitted = waiting().admit(at(0), 1);
    assert_eq!(admitted.clone().finish().state, EntryState::Done);
    assert_eq!(admitted.clone().yield_slot().state, EntryState::Expired);
    assert_eq!(admitted.leave().0.state, EntryState::Expired);
    assert_eq!(waiting().turn_away().state, EntryState::Expired);
}

#[test]
fn who_waits_has_no_slot_to_finish_or_yield_and_who_is_inside_is_not_turned_away() {
    assert_eq!(waiting().finish(), waiting());
    assert_eq!(waiting().yield_slot(), waiting());
    let admitted = waiting().admit(at(0), 1);
    assert_eq!(admitted.clone().turn_away(), admitted);
    assert_eq!(admitted.clone().admit(at(5), 9), admitted);
}

#[test]
fn a_word_for_each_state() {
    let admitted = waiting().admit(at(0), 1);
    let words = [waiting(), admitted.clone(), admitted.clone().finish(), admitted.yield_slot()];
    assert_eq!(words.map(|entry| entry.state.word()), ["waiting", "admitted", "done", "expired"]);
}
