use domain::queue::{Polled, QueueState};
use domain::shared::UserId;

use super::{Subject, limit, new_id, state};

/// Of the default: ten minutes, and five more.
const LIMIT: i64 = 600;
const GRACE: i64 = 300;

pub async fn a_fan_silent_for_the_limit_is_passed_over_and_keeps_the_place(subject: Subject) {
    let queue = subject.queue(0).await;
    let line = subject.join_many(queue, 3).await;
    subject.time.pass(LIMIT - 1).await;
    for present in [line[1], line[2]] {
        subject.room.touch(present);
    }
    subject.time.pass(1).await;
    subject.change(queue, limit(1)).await;
    assert_eq!(subject.admit(queue).await, [line[1]]);
    // The silent one stands where they stood, and is counted by those behind.
    assert_eq!(subject.standing(line[0]).await.position(), 1);
    assert_eq!(subject.standing(line[2]).await.ahead, 1);
}

pub async fn whoever_comes_back_within_the_grace_stands_where_they_stood(subject: Subject) {
    let queue = subject.queue(0).await;
    let line = subject.join_many(queue, 4).await;
    subject.time.pass(LIMIT + GRACE - 1).await;
    for present in [line[2], line[3]] {
        subject.room.touch(present);
    }
    subject.change(queue, limit(1)).await;
    assert_eq!(subject.admit(queue).await, [line[2]]);
    // The first is back, and next; the second is not.
    assert!(matches!(subject.poll(line[0]).await, Polled::Stands(standing) if standing.position() == 1));
    subject.finish(line[2]).await;
    assert_eq!(subject.admit(queue).await, [line[0]]);
    subject.finish(line[0]).await;
    assert_eq!(subject.admit(queue).await, [line[3]]);
    assert_eq!(subject.word(line[1]).await, "waiting");
}

pub async fn a_fan_silent_for_limit_and_grace_has_lost_the_place(subject: Subject) {
    let queue = subject.queue(0).await;
    let user = UserId(new_id());
    let silent = subject.join_as(queue, user).await.standing.entry.id;
    let present = subject.join(queue).await;
    subject.time.pass(LIMIT).await;
    subject.room.touch(present);
    subject.time.pass(GRACE - 1).await;
    subject.admit(queue).await;
    assert_eq!((subject.word(silent).await, subject.standing(present).await.ahead), ("waiting", 1));
    subject.time.pass(1).await;
    subject.admit(queue).await;
    assert_eq!((subject.word(silent).await, subject.standing(present).await.ahead), ("expired", 0));
    assert_eq!(subject.overview(queue).await.waiting, 1);
    // Whoever comes back now begins at the end.
    let again = subject.join_as(queue, user).await;
    assert!(again.is_new && again.standing.position() == 2);
    subject.admit(queue).await;
    assert_eq!(subject.overview(queue).await.waiting, 2);
}

pub async fn every_sign_of_life_counts(subject: Subject) {
    let queue = subject.queue(0).await;
    let user = UserId(new_id());
    let joins_again = subject.join_as(queue, user).await.standing.entry.id;
    let line = subject.join_many(queue, 3).await;
    let [polls, streams, silent] = line[..] else { panic!("three fans") };
    for _ in 0..4 {
        subject.time.pass(LIMIT / 2).await;
        assert!(!subject.join_as(queue, user).await.is_new);
        assert!(matches!(subject.poll(polls).await, Polled::Stands(_)));
        subject.room.touch(streams);
        subject.admit(queue).await;
    }
    assert_eq!(subject.word(silent).await, "expired");
    subject.change(queue, limit(9)).await;
    assert_eq!(subject.admit(queue).await, [joins_again, polls, streams]);
}

pub async fn looking_at_a_place_is_no_sign_of_life(subject: Subject) {
    let queue = subject.queue(0).await;
    let silent = subject.join(queue).await;
    subject.time.pass(LIMIT).await;
    subject.standing(silent).await;
    subject.overview(queue).await;
    subject.change(queue, limit(1)).await;
    assert_eq!(subject.admit(queue).await, []);
    // A poll that comes too early is none either: it is refused before anything is looked at.
    assert!(matches!(subject.poll(silent).await, Polled::Stands(_)));
    assert_eq!(subject.admit(queue).await, [silent]);
}

pub async fn many_who_are_absent_let_everybody_behind_them_in(subject: Subject) {
    let queue = subject.queue(0).await;
    let absent = subject.join_many(queue, 40).await;
    subject.time.pass(LIMIT).await;
    let present = subject.join_many(queue, 10).await;
    subject.change(queue, limit(4)).await;
    assert_eq!(subject.admit(queue).await, present[..4]);
    subject.room.touch(absent[20]);
    for inside in &present[..4] {
        subject.finish(*inside).await;
    }
    assert_eq!(subject.admit(queue).await, [absent[20], present[4], present[5], present[6]]);
}

pub async fn a_paused_queue_does_not_keep_the_places_of_the_silent(subject: Subject) {
    let queue = subject.queue(1).await;
    let silent = subject.join(queue).await;
    subject.change(queue, state(QueueState::Paused)).await;
    subject.time.pass(LIMIT + GRACE).await;
    let new = subject.room.admit(queue).await.expect("nobody is let in");
    assert_eq!((new.len(), subject.word(silent).await), (0, "expired"));
}

pub async fn who_is_inside_may_be_silent(subject: Subject) {
    let queue = subject.queue(1).await;
    let inside = subject.join(queue).await;
    subject.admit(queue).await;
    subject.time.pass(590).await;
    subject.room.touch(inside);
    subject.admit(queue).await;
    assert_eq!(subject.word(inside).await, "admitted");
}
