use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::queue::{LeaveEffect, QueueChange, Standing};
use domain::shared::{EntryId, UserId};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{Subject, new_id, new_queue};

/// Runs each piece of work in a task of its own; all begin together. Answers come in the order of ending.
///
/// Each begins with a look at nothing in particular: a pool makes its connections when they are first needed, one after
/// the other, and who has to wait for one does not meet the others.
async fn at_once<T, F>(subject: &Subject, work: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let work: Vec<F> = work.into_iter().collect();
    let (connected, start) = (Arc::new(Barrier::new(work.len())), Arc::new(Barrier::new(work.len())));
    let mut running = JoinSet::new();
    for work in work {
        let (subject, connected, start) = (subject.clone(), Arc::clone(&connected), Arc::clone(&start));
        running.spawn(async move {
            connected.wait().await;
            subject.room.queues().await.expect("the queues");
            start.wait().await;
            work.await
        });
    }
    running.join_all().await
}

pub async fn one_fan_joining_a_hundred_times_at_once_has_one_place(subject: Subject) {
    let (queue, user) = (subject.queue(1).await, UserId(new_id()));
    let joins = (0..100).map(|_| {
        let subject = subject.clone();
        async move { subject.join_as(queue, user).await }
    });
    let joined = at_once(&subject, joins).await;
    assert_eq!(joined.iter().filter(|joined| joined.is_new).count(), 1);
    let places: BTreeSet<EntryId> = joined.iter().map(|joined| joined.standing.entry.id).collect();
    assert_eq!(places.len(), 1);
    assert!(joined.iter().all(|joined| joined.standing.position() == 1));
    assert_eq!(subject.overview(queue).await.waiting, 1);
}

pub async fn fifty_fans_joining_at_once_get_fifty_places(subject: Subject) {
    let queue = subject.queue(50).await;
    let joins = (0..50).map(|_| {
        let subject = subject.clone();
        async move { subject.join_as(queue, UserId(new_id())).await.standing }
    });
    let mut standings = at_once(&subject, joins).await;
    standings.sort_by_key(|standing| standing.entry.sequence);
    let positions: Vec<u64> = standings.iter().map(Standing::position).collect();
    assert_eq!(positions, (1..=50).collect::<Vec<u64>>());
    let line: Vec<EntryId> = standings.into_iter().map(|standing| standing.entry.id).collect();
    assert_eq!(subject.admit(queue).await, line);
}

pub async fn admitting_many_times_at_once_lets_in_no_more_than_the_limit(subject: Subject) {
    let queue = subject.queue(7).await;
    let line = subject.join_many(queue, 20).await;
    let admissions = (0..20).map(|_| {
        let subject = subject.clone();
        async move { subject.admit(queue).await }
    });
    let mut admitted = at_once(&subject, admissions).await.concat();
    admitted.sort_by_key(|entry| line.iter().position(|other| other == entry));
    assert_eq!(admitted, line[..7]);
}

pub async fn the_limit_holds_while_everything_happens_at_once(subject: Subject) {
    const LIMIT: u64 = 3;
    let queue = subject.queue(3).await;
    let over = Arc::new(AtomicBool::new(false));
    let watcher = {
        let (subject, over) = (subject.clone(), Arc::clone(&over));
        tokio::spawn(async move {
            while !over.load(Ordering::Acquire) {
                let admitted = subject.overview(queue).await.admitted;
                assert!(admitted <= LIMIT, "{admitted} inside");
                tokio::task::yield_now().await;
            }
        })
    };
    // Each fan joins, and whoever comes across an admission uses it up, until all have been inside once.
    let fans = (0..24).map(|fan| {
        let subject = subject.clone();
        async move {
            let entry = subject.join(queue).await;
            while subject.word(entry).await == "waiting" {
                for inside in subject.admit(queue).await {
                    if fan % 2 == 0 {
                        assert!(subject.finish(inside).await);
                    } else {
                        assert_eq!(subject.leave(inside).await, LeaveEffect::SlotFreed);
                    }
                }
                // A look that memory answers waits for nothing, and whoever only looks lets nobody else work.
                tokio::task::yield_now().await;
            }
            entry
        }
    });
    let entries = at_once(&subject, fans).await;
    over.store(true, Ordering::Release);
    watcher.await.expect("the limit held");
    for entry in entries {
        assert!(["done", "expired"].contains(&subject.word(entry).await));
    }
    let overview = subject.overview(queue).await;
    assert_eq!((overview.waiting, overview.admitted), (0, 0));
}

pub async fn one_admission_finished_by_many_at_once_ends_once(subject: Subject) {
    let queue = subject.queue(1).await;
    let entry = subject.join(queue).await;
    subject.admit(queue).await;
    let finishes = (0..20).map(|_| {
        let subject = subject.clone();
        async move { subject.finish(entry).await }
    });
    assert_eq!(at_once(&subject, finishes).await.into_iter().filter(|freed| *freed).count(), 1);
    assert_eq!(subject.revoked_after(0).await.revoked.len(), 1);
}

pub async fn of_many_who_yield_to_one_only_one_gives_up_the_slot(subject: Subject) {
    let queue = subject.queue(10).await;
    subject.join_many(queue, 11).await;
    let inside = subject.admit(queue).await;
    let yields = inside.into_iter().map(|entry| {
        let subject = subject.clone();
        async move { subject.yield_slot(entry).await }
    });
    assert_eq!(at_once(&subject, yields).await.into_iter().filter(|freed| *freed).count(), 1);
    assert_eq!(subject.overview(queue).await.admitted, 9);
}

pub async fn no_revocation_is_missed_while_many_are_written(subject: Subject) {
    let queue = subject.queue(60).await;
    subject.join_many(queue, 60).await;
    let inside = subject.admit(queue).await;
    let over = Arc::new(AtomicBool::new(false));
    let follower = {
        let (subject, over) = (subject.clone(), Arc::clone(&over));
        tokio::spawn(async move {
            let (mut seen, mut revoked) = (0, BTreeSet::new());
            loop {
                // Read before the last look, so that the look comes after the last end.
                let last = over.load(Ordering::Acquire);
                let news = subject.revoked_after(seen).await;
                assert!(news.version >= seen);
                seen = news.version;
                revoked.extend(news.revoked.into_iter().map(|pass| pass.entry_id));
                if last {
                    return revoked;
                }
                tokio::task::yield_now().await;
            }
        })
    };
    let finishes = inside.clone().into_iter().map(|entry| {
        let subject = subject.clone();
        async move { subject.finish(entry).await }
    });
    assert!(at_once(&subject, finishes).await.into_iter().all(|freed| freed));
    over.store(true, Ordering::Release);
    assert_eq!(follower.await.expect("the follower ends"), inside.into_iter().collect());
}

pub async fn a_queue_configured_by_many_at_once_is_created_once(subject: Subject) {
    let template = new_queue();
    let changes = (1..=10).map(|max_active| {
        let (subject, template) = (subject.clone(), template.clone());
        let change = QueueChange { max_active: Some(max_active), ..QueueChange::default() };
        async move { subject.room.configure(template, change).await.expect("a change").1 }
    });
    assert_eq!(at_once(&subject, changes).await.into_iter().filter(|created| *created).count(), 1);
    assert_eq!(subject.room.queues().await.expect("the queues"), [template.id]);
}
