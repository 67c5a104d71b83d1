use domain::reservation::{EventBody, SeatState};

use super::Subject;
use super::stage::{Fan, HOLD_TTL, begin, conflicts, not_held};

pub async fn a_hold_lapses_at_its_very_instant_with_nothing_swept(subject: Subject) {
    let sale = subject.on_sale(2).await;
    let lapsing = subject.hold(&sale, Fan::new(), &[0, 1]).await;
    // Far enough before its end for a clock that runs.
    subject.time.pass(i64::from(HOLD_TTL) - 60).await;
    assert_eq!(conflicts(subject.try_place(sale.wanted(Fan::new(), &[1])).await), sale.seats(&[1]));
    assert_eq!(subject.status(&lapsing).await, "held");
    subject.time.pass(60).await;
    assert_eq!(subject.status(&lapsing).await, "expired");
    let claimed = subject.hold(&sale, Fan::new(), &[1]).await;
    let taken = SeatState::Held { by: claimed.id, until: Some(claimed.held_until) };
    assert_eq!(subject.states(&sale).await[1], taken);
    subject.assert_sound(&sale, [lapsing.user_id, claimed.user_id]).await;
}

pub async fn a_lapsed_hold_does_not_come_back(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let lapsed = subject.hold(&sale, Fan::new(), &[0]).await;
    subject.let_holds_lapse().await;
    let claimed = subject.hold(&sale, Fan::new(), &[0]).await;
    assert_eq!(subject.give_up(&lapsed).await.event, None);
    assert_eq!(not_held(subject.checkouts.begin(begin(&lapsed)).await), "expired");
    assert_eq!(subject.sweep().await, 1);
    assert_eq!((subject.status(&lapsed).await, subject.status(&claimed).await), ("expired", "held"));
    let payment = subject.begin(&claimed).await;
    subject.settle(&payment, super::stage::TAKEN).await;
    assert_eq!(subject.states(&sale).await, [SeatState::Sold { to: claimed.id }]);
}

pub async fn what_is_held_is_not_swept(subject: Subject) {
    let sale = subject.on_sale(2).await;
    let held = subject.hold(&sale, Fan::new(), &[0]).await;
    subject.time.pass(i64::from(HOLD_TTL) - 60).await;
    let before = subject.states(&sale).await;
    assert_eq!(subject.sweep().await, 0);
    assert_eq!(subject.states(&sale).await, before);
    assert_eq!(subject.status(&held).await, "held");
    assert_eq!(subject.events().await, []);
}

pub async fn a_sweep_frees_only_what_is_still_of_the_lapsed_hold(subject: Subject) {
    let sale = subject.on_sale(3).await;
    let lapsed = subject.hold(&sale, Fan::new(), &[0, 1, 2]).await;
    subject.let_holds_lapse().await;
    let claimed = subject.hold(&sale, Fan::new(), &[0]).await;
    let (bought, _) = subject.buy(&sale, Fan::new(), &[1]).await;
    assert_eq!(subject.sweep().await, 1);
    let held = SeatState::Held { by: claimed.id, until: Some(claimed.held_until) };
    assert_eq!(subject.states(&sale).await, [held, SeatState::Sold { to: bought.id }, SeatState::Available]);
    assert_eq!(subject.status(&lapsed).await, "expired");
    assert_eq!(subject.sweep().await, 0);
    subject.assert_sound(&sale, [lapsed.user_id, claimed.user_id, bought.user_id]).await;
}

pub async fn a_sweep_ends_no_more_than_asked_for_and_the_oldest_first(subject: Subject) {
    let sale = subject.on_sale(5).await;
    for place in 0..5 {
        subject.hold(&sale, Fan::new(), &[place]).await;
        subject.time.pass(1).await;
    }
    subject.let_holds_lapse().await;
    assert_eq!(subject.holds.sweep_lapsed(3).await.expect("a sweep"), 3);
    let freed: Vec<bool> =
        subject.states(&sale).await.iter().map(|state| *state == SeatState::Available).collect();
    assert_eq!(freed, [true, true, true, false, false]);
    assert_eq!(subject.holds.sweep_lapsed(3).await.expect("a sweep"), 2);
    assert_eq!(subject.states(&sale).await, [SeatState::Available; 5]);
}

pub async fn a_slot_is_yielded_when_the_last_hold_of_its_pass_lapses(subject: Subject) {
    let (sale, fan, other) = (subject.on_sale(3).await, Fan::new(), Fan::new());
    subject.hold(&sale, fan, &[0]).await;
    subject.time.pass(i64::from(HOLD_TTL) / 2).await;
    subject.hold(&sale, fan, &[1]).await;
    subject.hold(&sale, other, &[2]).await;
    subject.time.pass(i64::from(HOLD_TTL) / 2).await;
    assert_eq!(subject.sweep().await, 1);
    assert_eq!(subject.events().await, []);
    subject.time.pass(i64::from(HOLD_TTL) / 2).await;
    assert_eq!(subject.sweep().await, 2);
    let mut yielded: Vec<_> = subject.events().await.into_iter().map(|event| event.body).collect();
    yielded.sort_by_key(|body| body.pass_id());
    let mut expected = [fan, other].map(|fan| EventBody::SlotYielded { pass_id: fan.pass });
    expected.sort_by_key(|body| body.pass_id());
    assert_eq!(yielded, expected);
    assert_eq!(subject.sweep().await, 0);
}

pub async fn a_pass_that_pays_or_has_paid_yields_no_slot(subject: Subject) {
    let (sale, paying, paid) = (subject.on_sale(4).await, Fan::new(), Fan::new());
    for (fan, place) in [(paying, 0), (paid, 1)] {
        subject.hold(&sale, fan, &[place]).await;
    }
    let being_paid = subject.hold(&sale, paying, &[2]).await;
    subject.begin(&being_paid).await;
    subject.buy(&sale, paid, &[3]).await;
    let finished = subject.events().await;
    assert_eq!(finished.len(), 1, "only the finished pass");
    subject.let_holds_lapse().await;
    assert_eq!(subject.sweep().await, 2);
    assert_eq!(subject.events().await, finished);
}
