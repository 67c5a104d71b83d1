use domain::queue::{EntryState, QueueChange, QueueState};
use domain::shared::QueueId;

use super::{Subject, limit, new_id, state};

pub async fn a_slot_opens_with_every_way_of_ending(subject: Subject) {
    let queue = subject.queue(1).await;
    let line = subject.join_many(queue, 5).await;
    assert_eq!(subject.admit(queue).await, [line[0]]);
    assert_eq!(subject.admit(queue).await, []);
    subject.finish(line[0]).await;
    assert_eq!(subject.admit(queue).await, [line[1]]);
    subject.leave(line[1]).await;
    assert_eq!(subject.admit(queue).await, [line[2]]);
    subject.yield_slot(line[2]).await;
    assert_eq!(subject.admit(queue).await, [line[3]]);
    subject.time.pass(601).await;
    subject.room.touch(line[4]);
    assert_eq!(subject.admit(queue).await, [line[4]]);
}

pub async fn no_more_are_inside_than_the_limit(subject: Subject) {
    let queue = subject.queue(4).await;
    let line = subject.join_many(queue, 10).await;
    assert_eq!(subject.admit(queue).await, line[..4]);
    assert_eq!(subject.admit(queue).await, []);
    subject.finish(line[1]).await;
    subject.leave(line[2]).await;
    assert_eq!(subject.admit(queue).await, line[4..6]);
    assert_eq!(subject.overview(queue).await.admitted, 4);
}

pub async fn a_lower_limit_ends_no_admission_and_a_higher_one_lets_in_more(subject: Subject) {
    let queue = subject.queue(3).await;
    let line = subject.join_many(queue, 6).await;
    subject.admit(queue).await;
    subject.change(queue, limit(1)).await;
    assert_eq!(subject.admit(queue).await, []);
    assert_eq!(subject.overview(queue).await.admitted, 3);
    subject.finish(line[0]).await;
    subject.finish(line[1]).await;
    assert_eq!(subject.admit(queue).await, []);
    subject.change(queue, limit(3)).await;
    assert_eq!(subject.admit(queue).await, line[3..5]);
}

pub async fn a_limit_of_none_lets_nobody_in(subject: Subject) {
    let queue = subject.queue(0).await;
    subject.join(queue).await;
    assert_eq!(subject.admit(queue).await, []);
}

fn per_minute(rate: Option<u32>) -> QueueChange {
    QueueChange { admit_per_minute: Some(rate), ..QueueChange::default() }
}

pub async fn no_window_of_a_minute_sees_more_admissions_than_the_limit(subject: Subject) {
    const RATE: usize = 5;
    let queue = subject.queue(100).await;
    subject.change(queue, per_minute(Some(5))).await;
    subject.join_many(queue, 30).await;
    let (mut seconds, mut admissions) = (0_i64, Vec::new());
    // Steps that neither divide a minute nor each other.
    for step in [0, 7, 31, 13, 17, 1, 29, 23, 3, 60, 61, 11, 19, 47] {
        subject.time.pass(step).await;
        seconds += step;
        admissions.extend(subject.admit(queue).await.into_iter().map(|_| seconds));
    }
    for start in &admissions {
        let within = admissions.iter().filter(|at| (*start..start + 60).contains(at)).count();
        assert!(within <= RATE, "{within} admissions in the minute from {start} s: {admissions:?}");
    }
    // And none is kept out who may come in: 322 seconds hold five whole minutes and the first admissions.
    assert!(admissions.len() >= 5 * RATE, "{admissions:?}");
    subject.change(queue, per_minute(None)).await;
    assert_eq!(subject.admit(queue).await.len(), 30 - admissions.len());
}

pub async fn an_admission_counts_for_its_minute_even_when_it_has_ended(subject: Subject) {
    let queue = subject.queue(100).await;
    subject.change(queue, per_minute(Some(2))).await;
    let line = subject.join_many(queue, 4).await;
    assert_eq!(subject.admit(queue).await, line[..2]);
    subject.finish(line[0]).await;
    subject.leave(line[1]).await;
    subject.time.pass(30).await;
    assert_eq!(subject.admit(queue).await, []);
    subject.time.pass(31).await;
    assert_eq!(subject.admit(queue).await, line[2..]);
}

pub async fn admissions_of_the_last_minute_are_counted(subject: Subject) {
    let queue = subject.queue(2).await;
    let line = subject.join_many(queue, 4).await;
    assert_eq!(subject.standing(line[3]).await.admitted_last_minute, 0);
    subject.admit(queue).await;
    subject.finish(line[0]).await;
    assert_eq!(subject.standing(line[3]).await.admitted_last_minute, 2);
    subject.time.pass(61).await;
    subject.admit(queue).await;
    assert_eq!(subject.standing(line[3]).await.admitted_last_minute, 1);
}

pub async fn a_pass_lasts_as_long_as_the_queue_says_and_ends_on_a_whole_second(subject: Subject) {
    let queue = subject.queue(2).await;
    subject.change(queue, QueueChange { pass_ttl_seconds: Some(90), ..QueueChange::default() }).await;
    let entry = subject.join(queue).await;
    subject.admit(queue).await;
    let EntryState::Admitted { admitted_at, expires_at } = subject.state(entry).await else {
        panic!("{entry} was not admitted");
    };
    assert_eq!(expires_at.timestamp_subsec_nanos(), 0);
    let lasts = (expires_at - admitted_at).num_milliseconds();
    assert!((90_000..91_000).contains(&lasts), "{lasts} ms");
    subject.time.pass(60).await;
    assert_eq!(subject.word(entry).await, "admitted");
    subject.time.pass(31).await;
    assert_eq!(subject.word(entry).await, "expired");
}

pub async fn an_admission_stays_as_it_is_however_often_one_looks(subject: Subject) {
    let queue = subject.queue(2).await;
    let entry = subject.join(queue).await;
    let admitted = subject.room.admit(queue).await.expect("admitting");
    for _ in 0..3 {
        assert_eq!(subject.standing(entry).await.entry, admitted[0]);
        assert_eq!(subject.admit(queue).await, []);
    }
}

pub async fn a_paused_queue_admits_nobody_and_keeps_every_place(subject: Subject) {
    let queue = subject.queue(1).await;
    let line = subject.join_many(queue, 3).await;
    subject.admit(queue).await;
    subject.change(queue, state(QueueState::Paused)).await;
    subject.finish(line[0]).await;
    assert_eq!(subject.admit(queue).await, []);
    assert_eq!(subject.standing(line[2]).await.position(), 2);
    subject.change(queue, state(QueueState::Open)).await;
    assert_eq!(subject.admit(queue).await, [line[1]]);
}

pub async fn a_draining_queue_admits_who_waits(subject: Subject) {
    let queue = subject.queue(1).await;
    let line = subject.join_many(queue, 2).await;
    subject.change(queue, state(QueueState::Draining)).await;
    assert_eq!(subject.admit(queue).await, [line[0]]);
    subject.finish(line[0]).await;
    assert_eq!(subject.admit(queue).await, [line[1]]);
}

pub async fn a_closed_queue_turns_away_who_waits_and_keeps_who_is_inside(subject: Subject) {
    let queue = subject.queue(1).await;
    let line = subject.join_many(queue, 3).await;
    subject.admit(queue).await;
    subject.change(queue, state(QueueState::Closed)).await;
    assert_eq!(subject.admit(queue).await, []);
    assert_eq!(subject.word(line[0]).await, "admitted");
    assert_eq!((subject.word(line[1]).await, subject.word(line[2]).await), ("expired", "expired"));
    let overview = subject.overview(queue).await;
    assert_eq!((overview.waiting, overview.admitted), (0, 1));
    // Opening again brings nobody back.
    subject.finish(line[0]).await;
    subject.change(queue, state(QueueState::Open)).await;
    assert_eq!(subject.admit(queue).await, []);
}

pub async fn nobody_is_admitted_to_a_queue_that_is_not_there(subject: Subject) {
    assert_eq!(subject.admit(QueueId(new_id())).await, []);
}
