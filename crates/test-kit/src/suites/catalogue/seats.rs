use domain::shared::ScheduleId;

use super::{Subject, draft, new_id};

pub async fn seats_read_back_by_number_as_planned(subject: Subject) {
    let concert = subject.concert().await;
    let (one, other) = (draft(&concert, 20, 2), draft(&concert, 21, 3));
    subject.draft(&one).await;
    subject.draft(&other).await;
    let seats = subject.catalogue.seats(one.schedule.id).await.expect("reading seats");
    assert_eq!(seats, one.seats);
    assert!(seats.is_sorted_by_key(|seat| seat.number));
    assert_eq!(subject.catalogue.seats(other.schedule.id).await.expect("reading seats"), other.seats);
}

pub async fn a_performance_that_is_not_there_has_no_seats(subject: Subject) {
    let concert = subject.concert().await;
    subject.draft(&draft(&concert, 20, 1)).await;
    assert_eq!(subject.catalogue.seats(ScheduleId(new_id())).await.expect("reading seats"), []);
}

/// More than fit into one statement of a row each: 65,535 parameters are eight columns of 8,191 seats.
pub async fn ten_thousand_seats_are_stored_whole(subject: Subject) {
    let concert = subject.concert().await;
    let arena = draft(&concert, 20, 500);
    assert_eq!(arena.seats.len(), 10_000);
    subject.draft(&arena).await;
    assert_eq!(subject.catalogue.seats(arena.schedule.id).await.expect("reading seats"), arena.seats);
}
