use std::time::Duration;

use domain::queue::{Polled, TooEarly};
use domain::shared::EntryId;
use futures_util::future;

use super::{Subject, limit, new_id};

const fn too_early(millis: u64) -> Polled {
    Polled::TooEarly(TooEarly(Duration::from_millis(millis)))
}

fn is_answered(polled: &Polled) -> bool {
    matches!(polled, Polled::Stands(_))
}

pub async fn a_poll_in_less_than_half_the_time_told_is_refused(subject: Subject) {
    let queue = subject.queue(0).await;
    let line = subject.join_many(queue, 11).await;
    let Polled::Stands(standing) = subject.poll(line[10]).await else { panic!("the first poll is free") };
    assert_eq!((standing.ahead, standing.poll_after_ms), (10, 2_000));
    assert_eq!(subject.poll(line[10]).await, too_early(1_000));
    subject.time.pass(1).await;
    assert!(is_answered(&subject.poll(line[10]).await));
    assert_eq!(subject.poll(line[10]).await, too_early(1_000));
}

pub async fn a_refused_poll_costs_nothing(subject: Subject) {
    let queue = subject.queue(0).await;
    let line = subject.join_many(queue, 101).await;
    assert!(is_answered(&subject.poll(line[100]).await));
    assert_eq!(subject.poll(line[100]).await, too_early(2_500));
    subject.time.pass(2).await;
    assert_eq!(subject.poll(line[100]).await, too_early(500));
    subject.time.pass(1).await;
    assert!(is_answered(&subject.poll(line[100]).await));
}

pub async fn everybody_has_a_poll_budget_of_their_own(subject: Subject) {
    let queue = subject.queue(0).await;
    let line = subject.join_many(queue, 2).await;
    assert!(is_answered(&subject.poll(line[0]).await));
    assert!(is_answered(&subject.poll(line[1]).await));
    assert_eq!(subject.poll(line[0]).await, too_early(500));
    // To look is no poll, and to join again is none.
    subject.standing(line[1]).await;
    let user = subject.standing(line[1]).await.entry.user_id;
    assert!(!subject.join_as(queue, user).await.is_new);
    assert_eq!(subject.poll(line[1]).await, too_early(500));
}

pub async fn who_is_inside_may_poll_as_often_as_they_like(subject: Subject) {
    let queue = subject.queue(0).await;
    let entry = subject.join(queue).await;
    assert!(is_answered(&subject.poll(entry).await));
    subject.change(queue, limit(1)).await;
    assert_eq!(subject.admit(queue).await, [entry]);
    for _ in 0..5 {
        let polled = subject.poll(entry).await;
        assert!(matches!(polled, Polled::Stands(standing) if standing.entry.state.word() == "admitted"));
    }
}

pub async fn a_place_that_has_ended_may_be_polled_and_one_that_never_was_is_nowhere(subject: Subject) {
    let queue = subject.queue(0).await;
    let entry = subject.join(queue).await;
    assert!(is_answered(&subject.poll(entry).await));
    subject.leave(entry).await;
    for _ in 0..2 {
        let polled = subject.poll(entry).await;
        assert!(matches!(polled, Polled::Stands(standing) if standing.entry.state.word() == "expired"));
        assert_eq!(subject.poll(EntryId(new_id())).await, Polled::Nowhere);
    }
}

pub async fn many_polls_at_once_are_one(subject: Subject) {
    let queue = subject.queue(0).await;
    let entry = subject.join(queue).await;
    let polled = future::join_all((0..100).map(|_| subject.poll(entry))).await;
    assert_eq!(polled.iter().filter(|polled| is_answered(polled)).count(), 1);
}

pub async fn every_change_is_seen_to_be_one_and_no_look_is(subject: Subject) {
    let queue = subject.queue(1).await;
    let mut seen = subject.room.changes();
    let mut is_change =
        |room: &Subject| std::mem::replace(&mut seen, room.room.changes()) != room.room.changes();
    let line = subject.join_many(queue, 3).await;
    assert!(is_change(&subject));
    subject.admit(queue).await;
    assert!(is_change(&subject));
    for looked_at in &line {
        subject.poll(*looked_at).await;
        subject.standing(*looked_at).await;
    }
    subject.overview(queue).await;
    subject.admit(queue).await;
    assert!(!is_change(&subject));
    subject.leave(line[2]).await;
    assert!(is_change(&subject));
    subject.finish(line[0]).await;
    assert!(is_change(&subject));
    subject.change(queue, limit(0)).await;
    assert!(is_change(&subject));
}
