use uuid::Uuid;

use super::*;

const SETTINGS: AdmissionPolicy =
    AdmissionPolicy { max_active: 100, admit_per_minute: None, pass_ttl_seconds: 600 };

fn queue() -> Queue {
    Queue::new(QueueId(Uuid::from_u128(1)), "Main queue".to_owned(), SETTINGS)
}

fn in_state(state: QueueState) -> Queue {
    Queue { state, ..queue() }
}

const ALL: [QueueState; 4] = [QueueState::Open, QueueState::Paused, QueueState::Draining, QueueState::Closed];

#[test]
fn every_state_has_a_word_of_its_own() {
    for state in ALL {
        assert_eq!(state.to_string().parse::<QueueState>().unwrap(), state);
    }
    assert!("opened".parse::<QueueState>().is_err());
}

#[test]
fn each_state_lets_join_admits_and_turns_away_as_it_says() {
    let may_join = ALL.map(|state| match in_state(state).check_open() {
        Ok(()) => "yes",
        Err(JoinError::Paused) => "paused",
        Err(JoinError::Closed) => "closed",
        Err(JoinError::NoSuchQueue | JoinError::Unexpected(_)) => "another",
    });
    assert_eq!(may_join, ["yes", "paused", "closed", "closed"]);
    let load = Load { active: 98, admitted_last_minute: 0 };
    assert_eq!(ALL.map(|state| in_state(state).free_slots(load)), [2, 0, 2, 0]);
    assert_eq!(ALL.map(|state| in_state(state).is_slot_needed(load, 3)), [true, false, true, false]);
    assert_eq!(ALL.map(QueueState::turns_away), [false, false, false, true]);
}

#[test]
fn an_empty_change_changes_nothing() {
    assert_eq!(QueueChange::default().apply(queue()).unwrap(), queue());
}

#[test]
fn a_change_sets_what_it_names_and_leaves_the_rest() {
    let change = QueueChange {
        admit_per_minute: Some(Some(5)),
        name: Some("  Hall 2 ".to_owned()),
        ..QueueChange::default()
    };
    let changed = change.apply(queue()).unwrap();
    assert_eq!(changed.name, "Hall 2");
    assert_eq!(changed.policy, AdmissionPolicy { admit_per_minute: Some(5), ..SETTINGS });
    let lifted =
        QueueChange { admit_per_minute: Some(None), ..QueueChange::default() }.apply(changed).unwrap();
    assert_eq!(lifted.policy, SETTINGS);
}

#[test]
fn a_change_without_sense_names_its_field() {
    let long = "x".repeat(101);
    for name in ["", "  ", "a\nb", &long] {
        let change = QueueChange { name: Some(name.to_owned()), ..QueueChange::default() };
        assert_eq!(change.apply(queue()).unwrap_err().field, "name");
    }
    let change = QueueChange { pass_ttl_seconds: Some(0), ..QueueChange::default() };
    assert_eq!(change.apply(queue()).unwrap_err().field, "passTtlSeconds");
    let longest = QueueChange { name: Some("ü".repeat(100)), ..QueueChange::default() };
    assert!(longest.apply(queue()).is_ok());
}

#[test]
fn the_settings_hold_until_an_operator_sets_a_limit() {
    let other = AdmissionPolicy { max_active: 7, ..SETTINGS };
    let paused =
        QueueChange { state: Some(QueueState::Paused), ..QueueChange::default() }.apply(queue()).unwrap();
    assert_eq!(paused.under(other).policy, other);
    for change in [
        QueueChange { max_active: Some(3), ..QueueChange::default() },
        QueueChange { admit_per_minute: Some(None), ..QueueChange::default() },
        QueueChange { pass_ttl_seconds: Some(60), ..QueueChange::default() },
    ] {
        let set = change.apply(queue()).unwrap();
        let later = QueueChange::default().apply(set.clone()).unwrap();
        assert_eq!(later.under(other), set);
    }
}
