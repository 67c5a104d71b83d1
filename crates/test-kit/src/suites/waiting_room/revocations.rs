use domain::queue::{EntryState, RevokedPass};
use domain::shared::EntryId;

use super::Subject;

async fn inside(subject: &Subject, fans: usize) -> Vec<RevokedPass> {
    // Somebody waits, so that slots can be yielded.
    let queue = subject.queue(u32::try_from(fans).expect("a small house")).await;
    subject.join_many(queue, fans + 10).await;
    let admitted = subject.room.admit(queue).await.expect("admitting");
    assert_eq!(admitted.len(), fans);
    let passes = admitted.into_iter().map(|entry| match entry.state {
        EntryState::Admitted { admitted_at: _, expires_at } => RevokedPass { entry_id: entry.id, expires_at },
        EntryState::Waiting | EntryState::Done | EntryState::Expired => panic!("{entry:?} was let in"),
    });
    passes.collect()
}

pub async fn every_early_end_revokes_its_pass_once(subject: Subject) {
    let passes = inside(&subject, 4).await;
    assert_eq!(subject.revoked_after(0).await.revoked, []);
    subject.finish(passes[0].entry_id).await;
    subject.leave(passes[1].entry_id).await;
    subject.yield_slot(passes[2].entry_id).await;
    for pass in &passes[..3] {
        subject.finish(pass.entry_id).await;
        subject.leave(pass.entry_id).await;
        subject.yield_slot(pass.entry_id).await;
    }
    assert_eq!(subject.revoked_after(0).await.revoked, passes[..3]);
}

pub async fn a_place_without_a_pass_revokes_nothing(subject: Subject) {
    let queue = subject.queue(0).await;
    let line = subject.join_many(queue, 2).await;
    subject.leave(line[0]).await;
    subject.finish(line[1]).await;
    assert_eq!(subject.revoked_after(0).await.revoked, []);
}

pub async fn a_pass_that_would_have_ended_anyway_is_not_listed(subject: Subject) {
    let passes = inside(&subject, 2).await;
    subject.finish(passes[0].entry_id).await;
    subject.time.pass(601).await;
    // The other has run out by itself, which everybody sees by the clock.
    subject.leave(passes[1].entry_id).await;
    let revocations = subject.revoked_after(0).await;
    assert_eq!(revocations.revoked, []);
    assert!(revocations.version > 0);
}

pub async fn a_follower_is_told_only_what_is_new(subject: Subject) {
    let passes = inside(&subject, 3).await;
    let mut seen = subject.revoked_after(0).await.version;
    for pass in &passes {
        subject.finish(pass.entry_id).await;
        let news = subject.revoked_after(seen).await;
        assert_eq!(news.revoked, [*pass]);
        assert!(news.version > seen);
        seen = news.version;
    }
    let nothing = subject.revoked_after(seen).await;
    assert_eq!((nothing.revoked, nothing.version), (vec![], seen));
    let all: Vec<EntryId> = subject.revoked_after(0).await.revoked.iter().map(|pass| pass.entry_id).collect();
    assert_eq!(all, passes.iter().map(|pass| pass.entry_id).collect::<Vec<_>>());
}
