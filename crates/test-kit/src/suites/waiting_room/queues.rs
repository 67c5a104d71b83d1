use domain::queue::{AdmissionPolicy, Queue, QueueChange, QueueError, QueueState};
use domain::shared::{QueueId, UserId};

use super::{SETTINGS, Subject, limit, new_id, new_queue, state};

pub async fn a_queue_is_created_with_what_is_given_and_the_rest_of_the_template(subject: Subject) {
    let template = new_queue();
    let change = QueueChange {
        name: Some("Arena".to_owned()),
        state: Some(QueueState::Paused),
        admit_per_minute: Some(Some(30)),
        ..QueueChange::default()
    };
    let (overview, created) = subject.room.configure(template.clone(), change).await.expect("a new queue");
    assert!(created);
    let expected = Queue {
        name: "Arena".to_owned(),
        state: QueueState::Paused,
        policy: AdmissionPolicy { admit_per_minute: Some(30), ..SETTINGS },
        limits_are_set: true,
        ..template
    };
    assert_eq!((&overview.queue, overview.waiting, overview.admitted), (&expected, 0, 0));
    assert_eq!(subject.overview(expected.id).await, overview);
}

pub async fn a_change_leaves_what_it_does_not_name(subject: Subject) {
    let queue = subject.queue(7).await;
    subject.join_many(queue, 2).await;
    let before = subject.overview(queue).await.queue;
    let rate = |rate| QueueChange { admit_per_minute: Some(rate), ..QueueChange::default() };
    let limited = subject.change(queue, rate(Some(9))).await.queue;
    assert_eq!(
        limited,
        Queue { policy: AdmissionPolicy { admit_per_minute: Some(9), ..before.policy }, ..before.clone() }
    );
    assert_eq!(subject.change(queue, QueueChange::default()).await.queue, limited);
    assert_eq!(subject.change(queue, rate(None)).await.queue, before);
    let renamed =
        QueueChange { name: Some("Arena".to_owned()), pass_ttl_seconds: Some(60), ..QueueChange::default() };
    let renamed = subject.change(queue, renamed).await;
    assert_eq!((renamed.queue.name.as_str(), renamed.queue.policy.pass_ttl_seconds), ("Arena", 60));
    assert_eq!((renamed.queue.policy.max_active, renamed.waiting), (7, 2));
}

pub async fn a_queue_that_makes_no_sense_is_refused_and_not_created(subject: Subject) {
    let template = new_queue();
    let senseless = QueueChange { pass_ttl_seconds: Some(0), ..limit(5) };
    let refused = subject.room.configure(template.clone(), senseless.clone()).await;
    assert!(matches!(refused, Err(QueueError::Invalid(_))), "{refused:?}");
    assert_eq!(subject.room.overview(template.id).await.expect("an overview"), None);
    let queue = subject.queue(3).await;
    let before = subject.overview(queue).await;
    let refused = subject.room.configure(Queue { id: queue, ..template }, senseless).await;
    assert!(matches!(refused, Err(QueueError::Invalid(_))), "{refused:?}");
    assert_eq!(subject.overview(queue).await, before);
}

pub async fn an_overview_counts_who_waits_and_who_is_inside(subject: Subject) {
    let (queue, other) = (subject.queue(2).await, subject.queue(2).await);
    let line = subject.join_many(queue, 5).await;
    subject.join(other).await;
    subject.admit(queue).await;
    let count = async || {
        let overview = subject.overview(queue).await;
        (overview.waiting, overview.admitted)
    };
    assert_eq!(count().await, (3, 2));
    subject.finish(line[0]).await;
    subject.leave(line[4]).await;
    assert_eq!(count().await, (2, 1));
    subject.time.pass(601).await;
    assert_eq!(count().await, (2, 0));
    assert_eq!(subject.room.overview(QueueId(new_id())).await.expect("an overview"), None);
}

pub async fn every_queue_is_listed_once(subject: Subject) {
    let mut made = vec![subject.queue(1).await, subject.queue(2).await, subject.queue(0).await];
    subject.change(made[0], state(QueueState::Closed)).await;
    subject.join_many(made[1], 2).await;
    made.sort();
    assert_eq!(subject.room.queues().await.expect("the queues"), made);
}

pub async fn the_main_queue_is_created_once(subject: Subject) {
    let main = new_queue();
    subject.room.establish(main.clone()).await.expect("establishing");
    let place = subject.join(main.id).await;
    let renamed = QueueChange { name: Some("Arena".to_owned()), ..state(QueueState::Paused) };
    subject.change(main.id, renamed).await;
    subject.room.establish(main.clone()).await.expect("establishing again");
    let overview = subject.overview(main.id).await;
    assert_eq!((overview.queue.name.as_str(), overview.queue.state), ("Arena", QueueState::Paused));
    assert_eq!((overview.queue.policy, overview.waiting), (SETTINGS, 1));
    assert_eq!(subject.word(place).await, "waiting");
}

pub async fn other_settings_change_only_queues_without_limits_of_their_own(subject: Subject) {
    let (main, named, limited) = (new_queue(), new_queue(), subject.queue(7).await);
    subject.room.establish(main.clone()).await.expect("establishing");
    subject.room.configure(named.clone(), QueueChange::default()).await.expect("a queue without limits");
    let settings = AdmissionPolicy { max_active: 42, pass_ttl_seconds: 99, ..SETTINGS };
    subject.room.establish(Queue { policy: settings, ..main.clone() }).await.expect("establishing again");
    assert_eq!(subject.overview(main.id).await.queue.policy, settings);
    assert_eq!(subject.overview(named.id).await.queue.policy, settings);
    assert_eq!(subject.overview(limited).await.queue.policy, AdmissionPolicy { max_active: 7, ..SETTINGS });
}

pub async fn the_totals_of_a_queue_only_grow(subject: Subject) {
    let (queue, other) = (subject.queue(2).await, subject.queue(2).await);
    assert_eq!(subject.totals(queue).await, (0, 0, 0));
    let user = UserId(new_id());
    let first = subject.join_as(queue, user).await.standing.entry.id;
    subject.join_as(queue, user).await;
    let rest = subject.join_many(queue, 3).await;
    assert_eq!(subject.totals(queue).await, (4, 0, 0), "joining again is no joining");
    subject.admit(queue).await;
    subject.admit(queue).await;
    assert_eq!(subject.totals(queue).await, (4, 2, 0));
    assert!(subject.finish(first).await);
    assert!(!subject.finish(first).await, "finished before");
    assert!(!subject.finish(rest[1]).await, "who waits can not finish");
    assert_eq!(subject.totals(queue).await, (4, 2, 1));
    // Whoever leaves, yields or runs out of time has been let in, and has not finished.
    subject.leave(rest[0]).await;
    subject.admit(queue).await;
    subject.time.pass(601).await;
    subject.admit(queue).await;
    subject.leave(subject.join(queue).await).await;
    let figures = subject.figures(queue).await;
    assert_eq!(subject.totals(queue).await, (5, 4, 1));
    assert_eq!(figures.overview, subject.overview(queue).await);
    assert_eq!((figures.overview.waiting, figures.overview.admitted), (0, 0));
    assert_eq!(subject.totals(other).await, (0, 0, 0));
    assert!(subject.room.figures(QueueId(new_id())).await.expect("an answer").is_none());
}

pub async fn reading_again_counts_nothing(subject: Subject) {
    let queue = subject.queue(1).await;
    let places = subject.join_many(queue, 3).await;
    subject.admit(queue).await;
    subject.finish(places[0]).await;
    let before = subject.figures(queue).await;
    // Where time passes by making the rows older, everything is read anew.
    subject.time.pass(1).await;
    let after = subject.figures(queue).await;
    assert_eq!((after.totals, after.since), (before.totals, before.since));
    assert_eq!(subject.totals(queue).await, (3, 1, 1));
}
