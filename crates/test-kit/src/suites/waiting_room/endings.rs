use domain::queue::{LeaveEffect, QueueState};
use domain::shared::{EntryId, UserId};

use super::{Subject, new_id, state};

pub async fn an_admission_ends_at_its_time_with_every_job_dead(subject: Subject) {
    let (queue, user) = (subject.queue(1).await, UserId(new_id()));
    let entry = subject.join_as(queue, user).await.standing.entry.id;
    subject.join(queue).await;
    subject.admit(queue).await;
    subject.time.pass(601).await;
    // Nothing has run since.
    let standing = subject.standing(entry).await;
    assert_eq!((standing.entry.state.word(), standing.ahead, standing.position()), ("expired", 0, 0));
    assert_eq!(subject.overview(queue).await.admitted, 0);
    assert!(!subject.finish(entry).await);
    assert!(!subject.yield_slot(entry).await);
    assert_eq!(subject.leave(entry).await, LeaveEffect::AlreadyEnded);
    let again = subject.join_as(queue, user).await;
    assert!(again.is_new);
    assert_eq!(again.standing.position(), 2);
    assert_eq!(subject.word(entry).await, "expired");
}

pub async fn an_admission_that_has_run_out_is_marked_and_replaced(subject: Subject) {
    let queue = subject.queue(2).await;
    let line = subject.join_many(queue, 5).await;
    subject.admit(queue).await;
    subject.time.pass(300).await;
    subject.finish(line[0]).await;
    assert_eq!(subject.admit(queue).await, [line[2]]);
    subject.time.pass(301).await;
    subject.room.touch(line[3]);
    assert_eq!(subject.admit(queue).await, [line[3]]);
    assert_eq!((subject.word(line[1]).await, subject.word(line[2]).await), ("expired", "admitted"));
}

pub async fn finishing_is_done_once(subject: Subject) {
    let queue = subject.queue(1).await;
    let entry = subject.join(queue).await;
    subject.admit(queue).await;
    assert!(subject.finish(entry).await);
    assert_eq!(subject.word(entry).await, "done");
    assert!(!subject.finish(entry).await);
    assert!(!subject.yield_slot(entry).await);
    assert_eq!(subject.leave(entry).await, LeaveEffect::AlreadyEnded);
    assert_eq!(subject.word(entry).await, "done");
}

pub async fn who_waits_can_not_finish(subject: Subject) {
    let queue = subject.queue(1).await;
    let entry = subject.join(queue).await;
    assert!(!subject.finish(entry).await);
    assert!(!subject.yield_slot(entry).await);
    assert_eq!(subject.word(entry).await, "waiting");
}

pub async fn leaving_gives_up_a_place_or_a_slot_once(subject: Subject) {
    let queue = subject.queue(1).await;
    let line = subject.join_many(queue, 3).await;
    subject.admit(queue).await;
    assert_eq!(subject.leave(line[1]).await, LeaveEffect::PlaceGivenUp);
    assert_eq!(subject.leave(line[1]).await, LeaveEffect::AlreadyEnded);
    assert_eq!(subject.standing(line[2]).await.position(), 1);
    assert_eq!(subject.leave(line[0]).await, LeaveEffect::SlotFreed);
    assert_eq!(subject.leave(line[0]).await, LeaveEffect::AlreadyEnded);
    assert!(!subject.finish(line[0]).await);
    assert_eq!((subject.word(line[0]).await, subject.word(line[1]).await), ("expired", "expired"));
    assert_eq!(subject.admit(queue).await, [line[2]]);
}

pub async fn a_slot_is_yielded_only_to_somebody_who_waits(subject: Subject) {
    let (queue, other) = (subject.queue(1).await, subject.queue(0).await);
    let inside = subject.join(queue).await;
    subject.admit(queue).await;
    // That somebody waits elsewhere is no reason.
    subject.join(other).await;
    assert!(!subject.yield_slot(inside).await);
    assert_eq!(subject.word(inside).await, "admitted");
    subject.join(queue).await;
    assert!(subject.yield_slot(inside).await);
    assert!(!subject.yield_slot(inside).await);
    assert_eq!(subject.word(inside).await, "expired");
}

pub async fn a_slot_is_not_yielded_where_another_is_free(subject: Subject) {
    let queue = subject.queue(2).await;
    let inside = subject.join(queue).await;
    subject.admit(queue).await;
    let line = subject.join_many(queue, 2).await;
    subject.leave(line[1]).await;
    assert!(!subject.yield_slot(inside).await);
    assert_eq!(subject.admit(queue).await, [line[0]]);
    subject.join(queue).await;
    assert!(subject.yield_slot(inside).await);
}

pub async fn a_slot_is_not_yielded_in_a_queue_that_admits_nobody(subject: Subject) {
    let queue = subject.queue(1).await;
    let inside = subject.join(queue).await;
    subject.admit(queue).await;
    subject.join(queue).await;
    for word in [QueueState::Paused, QueueState::Closed] {
        subject.change(queue, state(word)).await;
        assert!(!subject.yield_slot(inside).await);
    }
    assert_eq!(subject.word(inside).await, "admitted");
    subject.change(queue, state(QueueState::Draining)).await;
    assert!(subject.yield_slot(inside).await);
}

pub async fn a_yielded_slot_goes_to_the_next_in_line(subject: Subject) {
    let (queue, user) = (subject.queue(1).await, UserId(new_id()));
    let inside = subject.join_as(queue, user).await.standing.entry.id;
    subject.admit(queue).await;
    let line = subject.join_many(queue, 2).await;
    assert!(subject.yield_slot(inside).await);
    // Who handed on the slot may come again, at the end.
    assert_eq!(subject.join_as(queue, user).await.standing.position(), 3);
    assert_eq!(subject.admit(queue).await, [line[0]]);
}

pub async fn what_is_not_there_does_not_end(subject: Subject) {
    let nowhere = EntryId(new_id());
    assert!(!subject.finish(nowhere).await);
    assert!(!subject.yield_slot(nowhere).await);
    assert_eq!(subject.room.leave(nowhere).await.expect("leaving"), None);
}
