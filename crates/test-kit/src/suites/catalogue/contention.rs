use domain::concert::{Draft, Drafted};
use futures_util::future::join_all;

use super::{Subject, draft};

pub async fn one_time_drafted_by_many_at_once_is_drafted_once(subject: Subject) {
    let concert = subject.concert().await;
    let drafts: Vec<Draft> = (0..8).map(|_| draft(&concert, 20, 4)).collect();
    let tasks = drafts.iter().map(|draft| {
        let (subject, draft) = (subject.clone(), draft.clone());
        tokio::spawn(async move { subject.draft(&draft).await })
    });
    let mut ready = Vec::new();
    for drafted in join_all(tasks).await {
        match drafted.expect("a task") {
            Drafted::Ready(draft) => ready.push(draft),
            other @ (Drafted::OtherPlan(_) | Drafted::AlreadyPublished(_)) => panic!("{other:?}"),
        }
    }
    let first = ready.first().expect("an answer");
    assert!(drafts.contains(first));
    assert!(ready.iter().all(|draft| draft == first), "all go on with the one draft");
    let mut stored = 0;
    for draft in &drafts {
        stored += subject.catalogue.seats(draft.schedule.id).await.expect("reading seats").len();
    }
    assert_eq!(stored, first.seats.len(), "no seat is stored twice");
}
