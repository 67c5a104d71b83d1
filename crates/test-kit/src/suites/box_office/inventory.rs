use std::collections::BTreeSet;

use domain::reservation::{InventorySeat, SeatState};
use domain::shared::{Amount, ScheduleId, SeatId};

use super::Subject;
use super::stage::{Fan, new_id};

pub async fn a_performance_goes_on_sale_with_every_seat_available(subject: Subject) {
    let sale = subject.on_sale(12).await;
    assert_eq!(subject.states(&sale).await, [SeatState::Available; 12]);
}

pub async fn a_performance_published_again_stays_as_it_is(subject: Subject) {
    let sale = subject.on_sale(2).await;
    let held = subject.hold(&sale, Fan::new(), &[0]).await;
    let before = subject.states(&sale).await;
    let other = InventorySeat {
        id: SeatId(new_id()),
        number: 3,
        section: "Balcony".to_owned(),
        row: 1,
        price: Amount::new(1).expect("a price"),
        state: SeatState::Available,
    };
    let mut terms = sale.terms.clone();
    terms.sales_close_at = terms.sales_open_at + chrono::TimeDelta::seconds(1);
    subject.inventory.publish(terms, vec![other]).await.expect("publishing again");
    assert_eq!(subject.states(&sale).await, before);
    assert_eq!(subject.status(&held).await, "held");
    // Its terms too: the sale is still open.
    subject.hold(&sale, Fan::new(), &[1]).await;
}

pub async fn a_performance_that_is_not_on_sale_has_no_seats_to_report(subject: Subject) {
    subject.on_sale(1).await;
    assert_eq!(subject.inventory.changes(ScheduleId(new_id()), 0).await.expect("a report"), None);
}

pub async fn whatever_changed_behind_a_version_is_reported(subject: Subject) {
    let (sale, other) = (subject.on_sale(4).await, subject.on_sale(4).await);
    let mut version = 0;
    let mut news = async |expected: &[usize]| {
        let report = subject.inventory.changes(sale.id(), version).await.expect("a report").expect("on sale");
        assert!(report.version >= version, "versions only grow");
        version = report.version;
        let changed: BTreeSet<SeatId> = report.changes.iter().map(|(seat, _)| *seat).collect();
        assert!(
            changed.is_superset(&sale.seats(expected).into_iter().collect()),
            "{expected:?} of {changed:?}"
        );
        assert!(changed.iter().all(|seat| sale.seats.contains(seat)), "a seat of another performance");
    };
    news(&[0, 1, 2, 3]).await;
    let fan = Fan::new();
    subject.hold(&other, fan, &[0]).await;
    let bought = subject.hold(&sale, fan, &[0, 1]).await;
    news(&[0, 1]).await;
    let payment = subject.begin(&bought).await;
    news(&[0, 1]).await;
    subject.settle(&payment, super::stage::TAKEN).await;
    news(&[0, 1]).await;
    let released = subject.hold(&sale, fan, &[2]).await;
    news(&[2]).await;
    subject.give_up(&released).await;
    news(&[2]).await;
    subject.hold(&sale, fan, &[3]).await;
    subject.let_holds_lapse().await;
    news(&[3]).await;
    assert_eq!(subject.sweep().await, 2);
    news(&[3]).await;
    subject.give_up(&bought).await;
    news(&[0, 1]).await;
}
