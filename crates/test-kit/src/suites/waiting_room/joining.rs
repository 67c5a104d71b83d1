use domain::queue::{EntryState, JoinError, QueueState};
use domain::shared::{EntryId, QueueId, UserId};

use super::{Subject, new_id, state};

pub async fn a_new_place_is_at_the_end_of_the_line(subject: Subject) {
    let queue = subject.queue(1).await;
    for position in 1..=3_u64 {
        let user = UserId(new_id());
        let joined = subject.join_as(queue, user).await;
        assert!(joined.is_new);
        let standing = joined.standing;
        assert_eq!((standing.entry.queue_id, standing.entry.user_id), (queue, user));
        assert_eq!(standing.entry.state, EntryState::Waiting);
        assert_eq!(
            (standing.position(), standing.ahead, standing.waiting),
            (position, position - 1, position)
        );
        assert_eq!(subject.standing(standing.entry.id).await, standing);
    }
}

pub async fn joining_again_gives_the_place_one_has(subject: Subject) {
    let (queue, user) = (subject.queue(1).await, UserId(new_id()));
    subject.join(queue).await;
    let first = subject.join_as(queue, user).await;
    subject.join(queue).await;
    let again = subject.join_as(queue, user).await;
    assert!(!again.is_new);
    assert_eq!(again.standing.entry, first.standing.entry);
    assert_eq!((again.standing.position(), again.standing.waiting), (2, 3));
}

pub async fn joining_again_once_admitted_gives_the_admission(subject: Subject) {
    let (queue, user) = (subject.queue(1).await, UserId(new_id()));
    let first = subject.join_as(queue, user).await.standing.entry;
    assert_eq!(subject.admit(queue).await, [first.id]);
    let again = subject.join_as(queue, user).await;
    assert!(!again.is_new);
    assert_eq!(again.standing, subject.standing(first.id).await);
    assert_eq!((again.standing.entry.state.word(), again.standing.position()), ("admitted", 0));
}

pub async fn a_place_that_has_ended_is_followed_by_one_at_the_end(subject: Subject) {
    let (queue, user) = (subject.queue(1).await, UserId(new_id()));
    let first = subject.join_as(queue, user).await.standing.entry;
    subject.leave(first.id).await;
    let other = subject.join(queue).await;
    let second = subject.join_as(queue, user).await;
    assert!(second.is_new && second.standing.entry.id != first.id);
    assert_eq!(second.standing.position(), 2);
    assert_eq!(subject.admit(queue).await, [other]);
    subject.finish(other).await;
    assert_eq!(subject.admit(queue).await, [second.standing.entry.id]);
    subject.finish(second.standing.entry.id).await;
    assert!(subject.join_as(queue, user).await.is_new);
}

pub async fn each_queue_has_its_own_line(subject: Subject) {
    let (one, other, user) = (subject.queue(1).await, subject.queue(1).await, UserId(new_id()));
    subject.join_many(one, 3).await;
    assert_eq!(subject.join_as(one, user).await.standing.position(), 4);
    let joined = subject.join_as(other, user).await;
    assert!(joined.is_new);
    assert_eq!((joined.standing.position(), joined.standing.waiting), (1, 1));
}

pub async fn nobody_joins_a_queue_that_is_not_there(subject: Subject) {
    let refused = subject.try_join(QueueId(new_id()), UserId(new_id())).await;
    assert!(matches!(refused, Err(JoinError::NoSuchQueue)), "{refused:?}");
}

pub async fn a_paused_queue_takes_nobody_new(subject: Subject) {
    let queue = subject.queue(1).await;
    subject.change(queue, state(QueueState::Paused)).await;
    let refused = subject.try_join(queue, UserId(new_id())).await;
    assert!(matches!(refused, Err(JoinError::Paused)), "{refused:?}");
    subject.change(queue, state(QueueState::Open)).await;
    assert!(subject.join_as(queue, UserId(new_id())).await.is_new);
}

pub async fn a_draining_or_closed_queue_takes_nobody_new(subject: Subject) {
    for over in [QueueState::Draining, QueueState::Closed] {
        let queue = subject.queue(1).await;
        subject.change(queue, state(over)).await;
        let refused = subject.try_join(queue, UserId(new_id())).await;
        assert!(matches!(refused, Err(JoinError::Closed)), "{refused:?}");
    }
}

pub async fn who_has_a_place_keeps_it_whatever_the_state(subject: Subject) {
    let (queue, inside, waits) = (subject.queue(1).await, UserId(new_id()), UserId(new_id()));
    let admitted = subject.join_as(queue, inside).await.standing.entry.id;
    subject.admit(queue).await;
    let waiting = subject.join_as(queue, waits).await.standing.entry.id;
    for word in [QueueState::Paused, QueueState::Draining, QueueState::Closed] {
        subject.change(queue, state(word)).await;
        for (user, entry) in [(inside, admitted), (waits, waiting)] {
            let again = subject.join_as(queue, user).await;
            assert_eq!((again.is_new, again.standing.entry.id), (false, entry), "{word}");
        }
    }
}

pub async fn a_place_nobody_has_stands_nowhere(subject: Subject) {
    assert_eq!(subject.room.standing(EntryId(new_id())).await.expect("a standing"), None);
}
