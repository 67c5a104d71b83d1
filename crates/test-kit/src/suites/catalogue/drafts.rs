use domain::concert::{Concert, Drafted};
use domain::shared::{ConcertId, ScheduleId};

use super::{Subject, concert, draft, new_id};

impl Subject {
    async fn shown(&self, id: ScheduleId) -> bool {
        self.catalogue.schedule(id).await.expect("reading a performance").is_some()
    }
}

pub async fn a_draft_is_shown_to_nobody(subject: Subject) {
    let concert = subject.concert().await;
    let draft = draft(&concert, 20, 2);
    assert_eq!(subject.draft(&draft).await, Drafted::Ready(draft.clone()));
    assert_eq!(subject.listed(&concert).await, []);
    assert!(!subject.shown(draft.schedule.id).await);
}

pub async fn a_published_performance_is_shown(subject: Subject) {
    let concert = subject.concert().await;
    let schedule = subject.published(&concert, 20).await;
    assert_eq!(subject.listed(&concert).await, std::slice::from_ref(&schedule));
    assert_eq!(subject.catalogue.schedule(schedule.id).await.expect("reading"), Some(schedule));
}

pub async fn publishing_again_changes_nothing(subject: Subject) {
    let concert = subject.concert().await;
    let schedule = subject.published(&concert, 20).await;
    subject.catalogue.publish(schedule.id).await.expect("publishing again");
    assert_eq!(subject.listed(&concert).await, [schedule]);
}

pub async fn a_performance_that_was_never_drafted_is_not_published(subject: Subject) {
    let unknown = ScheduleId(new_id());
    subject.catalogue.publish(unknown).await.expect_err("there is nothing to publish");
    assert!(!subject.shown(unknown).await);
}

pub async fn a_draft_belongs_to_a_concert_that_exists(subject: Subject) {
    let nowhere = Concert { id: ConcertId(new_id()), ..concert() };
    subject.catalogue.draft(draft(&nowhere, 20, 1)).await.expect_err("there is no such concert");
}

pub async fn the_same_plan_again_goes_on_with_the_draft_and_its_ids(subject: Subject) {
    let concert = subject.concert().await;
    let (first, again) = (draft(&concert, 20, 2), draft(&concert, 20, 2));
    assert_ne!(first.schedule.id, again.schedule.id);
    subject.draft(&first).await;
    assert_eq!(subject.draft(&again).await, Drafted::Ready(first.clone()));
    let seats = subject.catalogue.seats(first.schedule.id).await.expect("reading seats");
    assert_eq!(seats, first.seats);
    assert_eq!(subject.catalogue.seats(again.schedule.id).await.expect("reading seats"), []);
}

pub async fn another_plan_at_the_time_of_a_draft_is_told_so(subject: Subject) {
    let concert = subject.concert().await;
    let (first, other) = (draft(&concert, 20, 2), draft(&concert, 20, 3));
    subject.draft(&first).await;
    assert_eq!(subject.draft(&other).await, Drafted::OtherPlan(first.schedule.id));
    assert_eq!(subject.draft(&first).await, Drafted::Ready(first));
}

pub async fn a_published_time_is_taken(subject: Subject) {
    let concert = subject.concert().await;
    let schedule = subject.published(&concert, 20).await;
    for rows in [1, 2] {
        let drafted = subject.draft(&draft(&concert, 20, rows)).await;
        assert_eq!(drafted, Drafted::AlreadyPublished(schedule.id));
    }
    assert_eq!(subject.listed(&concert).await, [schedule]);
}

pub async fn the_same_time_of_another_concert_is_free(subject: Subject) {
    let (one, other) = (subject.concert().await, subject.concert().await);
    let first = subject.published(&one, 20).await;
    let second = subject.published(&other, 20).await;
    assert_eq!(subject.listed(&one).await, [first]);
    assert_eq!(subject.listed(&other).await, [second]);
}

pub async fn performances_are_listed_by_their_start(subject: Subject) {
    let concert = subject.concert().await;
    let (late, early) = (subject.published(&concert, 30).await, subject.published(&concert, 20).await);
    let between = subject.published(&concert, 25).await;
    assert_eq!(subject.listed(&concert).await, [early, between, late]);
}
