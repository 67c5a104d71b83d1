use domain::reservation::{EventBody, GiveUpError, GivenUp, PaymentState, SeatState, Settled, WalletAnswer};
use domain::shared::{ReservationId, UserId};

use super::Subject;
use super::stage::{Fan, LEASE, TAKEN, at_once, conflicts, new_id};

/// Nothing to refund, nothing to tell.
const NOTHING: GivenUp = GivenUp { refund: None, event: None };

pub async fn a_hold_given_up_frees_its_seats_and_yields_the_slot(subject: Subject) {
    let (sale, fan) = (subject.on_sale(2).await, Fan::new());
    let held = subject.hold(&sale, fan, &[0, 1]).await;
    let given_up = subject.give_up(&held).await;
    assert_eq!(given_up.refund, None);
    let event = given_up.event.expect("the slot is free");
    assert_eq!(event.body, EventBody::SlotYielded { pass_id: fan.pass });
    assert_eq!(subject.events().await, [event]);
    assert_eq!(subject.status(&held).await, "released");
    assert_eq!(subject.states(&sale).await, [SeatState::Available; 2]);
    let other = subject.hold(&sale, Fan::new(), &[0, 1]).await;
    subject.assert_sound(&sale, [fan.user, other.user_id]).await;
}

pub async fn a_slot_is_kept_while_its_pass_holds_anything_else(subject: Subject) {
    let (sale, fan) = (subject.on_sale(4).await, Fan::new());
    let first = subject.hold(&sale, fan, &[0]).await;
    let second = subject.hold(&sale, fan, &[1]).await;
    let paying = subject.hold(&sale, fan, &[2]).await;
    subject.begin(&paying).await;
    // Of the same fan, under another pass.
    subject.hold(&sale, Fan { user: fan.user, ..Fan::new() }, &[3]).await;
    assert_eq!(subject.give_up(&first).await, NOTHING);
    assert_eq!(subject.give_up(&second).await, NOTHING);
    assert_eq!(subject.events().await, []);
    let (other_sale, other) = (subject.on_sale(2).await, Fan::new());
    let here = subject.hold(&sale, other, &[0]).await;
    let there = subject.hold(&other_sale, other, &[0]).await;
    assert_eq!(subject.give_up(&here).await, NOTHING);
    assert!(subject.give_up(&there).await.event.is_some());
    // A hold that has lapsed holds nothing.
    let lapsing = subject.hold(&sale, other, &[0]).await;
    subject.let_holds_lapse().await;
    let last = subject.hold(&sale, other, &[1]).await;
    assert_eq!(subject.status(&lapsing).await, "expired");
    assert!(subject.give_up(&last).await.event.is_some());
}

pub async fn holds_of_one_pass_given_up_at_once_yield_its_slot(subject: Subject) {
    let sale = subject.on_sale(2).await;
    // Often enough for the two to meet.
    for _ in 0..30 {
        let fan = Fan::new();
        let held = [subject.hold(&sale, fan, &[0]).await, subject.hold(&sale, fan, &[1]).await];
        let releases = held.map(|held| {
            let subject = subject.clone();
            async move { subject.give_up(&held).await.event }
        });
        let yielded: Vec<_> = at_once(releases).await.into_iter().flatten().collect();
        assert_eq!(yielded.len(), 1, "the last one knows that it is the last");
        assert_eq!(yielded[0].body, EventBody::SlotYielded { pass_id: fan.pass });
    }
}

pub async fn a_sale_given_up_is_refunded_and_its_tickets_withdrawn(subject: Subject) {
    let (sale, fan) = (subject.on_sale(2).await, Fan::new());
    let (bought, payment) = subject.buy(&sale, fan, &[0, 1]).await;
    let events = subject.events().await;
    let given_up = subject.give_up(&bought).await;
    let refund = given_up.refund.expect("the money goes back");
    assert_eq!((refund.id, refund.state), (payment.id, PaymentState::Refunding));
    assert_eq!((refund.amount, refund.fence), (payment.amount, payment.fence));
    assert_eq!(given_up.event, None);
    assert_eq!(subject.events().await, events);
    assert_eq!(subject.payment(&payment).await, refund);
    assert_eq!(subject.status(&bought).await, "cancelled");
    assert_eq!(subject.states(&sale).await, [SeatState::Available; 2]);
    assert_eq!(subject.reservations.tickets(bought.id).await.expect("tickets"), []);

    let Settled { payment: refunded, event } = subject.settle(&refund, WalletAnswer::Refunded).await;
    assert!(matches!(refunded.state, PaymentState::Refunded { .. }), "{refunded:?}");
    assert_eq!(event, None);
    assert_eq!(subject.payment(&payment).await, refunded);
    assert_eq!(subject.status(&bought).await, "cancelled");
}

pub async fn seats_of_a_cancelled_sale_are_sold_again(subject: Subject) {
    let (sale, fan) = (subject.on_sale(1).await, Fan::new());
    let (first, payment) = subject.buy(&sale, fan, &[0]).await;
    let refund = subject.give_up(&first).await.refund.expect("a refund");
    let (second, _) = subject.buy(&sale, Fan::new(), &[0]).await;
    // The refund of the first comes through only now.
    subject.settle(&refund, WalletAnswer::Refunded).await;
    assert_eq!(subject.give_up(&first).await, NOTHING);
    assert_eq!(subject.states(&sale).await, [SeatState::Sold { to: second.id }]);
    let tickets = |id: ReservationId| subject.reservations.tickets(id);
    assert_eq!(tickets(first.id).await.expect("tickets"), []);
    assert_eq!(tickets(second.id).await.expect("tickets").len(), 1);
    assert!(matches!(subject.payment(&payment).await.state, PaymentState::Refunded { .. }));
    subject.assert_sound(&sale, [first.user_id, second.user_id]).await;
}

pub async fn a_sale_is_final_once_the_performance_has_begun(subject: Subject) {
    let now = subject.now().await;
    let mut terms = super::stage::new_terms(now);
    terms.starts_at = now + chrono::TimeDelta::seconds(200);
    let sale = subject.publish(terms, 2).await;
    let (bought, _) = subject.buy(&sale, Fan::new(), &[0]).await;
    let held = subject.hold(&sale, Fan::new(), &[1]).await;
    subject.time.pass(200).await;
    let refused = subject.try_give_up(&bought).await;
    assert!(matches!(refused, Err(GiveUpError::AlreadyStarted(_))), "{refused:?}");
    assert_eq!(subject.states(&sale).await[0], SeatState::Sold { to: bought.id });
    assert_eq!(subject.reservations.tickets(bought.id).await.expect("tickets").len(), 1);
    // Nothing was paid for a hold, so it may go at any time.
    subject.give_up(&held).await;
    assert_eq!(subject.status(&held).await, "released");
}

pub async fn nothing_is_given_up_while_it_is_paid_for(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let held = subject.hold(&sale, Fan::new(), &[0]).await;
    let payment = subject.begin(&held).await;
    let before = subject.states(&sale).await;
    for answer in [None, Some(WalletAnswer::GivenUp)] {
        if let Some(answer) = answer {
            subject.settle(&payment, answer).await;
        }
        match subject.try_give_up(&held).await {
            Err(GiveUpError::PaymentUnderway { payment_id }) => assert_eq!(payment_id, payment.id),
            other => panic!("{other:?}"),
        }
        assert_eq!((subject.status(&held).await, subject.states(&sale).await), ("paying", before.clone()));
    }
    subject.settle(&payment, WalletAnswer::Voided).await;
    subject.give_up(&held).await;
    assert_eq!(subject.status(&held).await, "released");
}

pub async fn giving_up_twice_changes_nothing(subject: Subject) {
    let sale = subject.on_sale(2).await;
    let released = subject.hold(&sale, Fan::new(), &[0]).await;
    let (cancelled, payment) = subject.buy(&sale, Fan::new(), &[1]).await;
    for reservation in [&released, &cancelled] {
        assert_ne!(subject.give_up(reservation).await, NOTHING);
    }
    let (other, _) = subject.buy(&sale, Fan::new(), &[0, 1]).await;
    let events = subject.events().await;
    for reservation in [&released, &cancelled] {
        assert_eq!(subject.give_up(reservation).await, NOTHING);
    }
    assert_eq!(
        (subject.status(&released).await, subject.status(&cancelled).await),
        ("released", "cancelled")
    );
    assert_eq!(subject.states(&sale).await, [SeatState::Sold { to: other.id }; 2]);
    assert_eq!(subject.events().await, events);
    assert_eq!(subject.payment(&payment).await.state, PaymentState::Refunding);
}

pub async fn what_has_lapsed_is_given_up_without_effect(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let lapsed = subject.hold(&sale, Fan::new(), &[0]).await;
    subject.let_holds_lapse().await;
    let other = subject.hold(&sale, Fan::new(), &[0]).await;
    assert_eq!(subject.give_up(&lapsed).await, NOTHING);
    assert_eq!(subject.status(&lapsed).await, "expired");
    assert_eq!(conflicts(subject.try_place(sale.wanted(Fan::new(), &[0])).await), sale.seats(&[0]));
    assert_eq!(subject.status(&other).await, "held");
}

pub async fn nobody_gives_up_what_is_anothers(subject: Subject) {
    let sale = subject.on_sale(2).await;
    let held = subject.hold(&sale, Fan::new(), &[0]).await;
    let (bought, _) = subject.buy(&sale, Fan::new(), &[1]).await;
    let before = subject.states(&sale).await;
    for id in [held.id, bought.id, ReservationId(new_id())] {
        let refused = subject.checkouts.give_up(id, UserId(new_id()), LEASE).await;
        assert!(matches!(refused, Err(GiveUpError::NoSuchReservation)), "{refused:?}");
    }
    assert_eq!(subject.states(&sale).await, before);
    assert_eq!((subject.status(&held).await, subject.status(&bought).await), ("held", "confirmed"));
}

/// A payment's driver may hear from the wallet after the sale it made was cancelled: it was confirmed by another.
pub async fn a_late_answer_to_a_cancelled_sale_changes_nothing(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let held = subject.hold(&sale, Fan::new(), &[0]).await;
    let payment = subject.begin(&held).await;
    subject.settle(&payment, TAKEN).await;
    let refund = subject.give_up(&held).await.refund.expect("a refund");
    let other = subject.hold(&sale, Fan::new(), &[0]).await;
    let (states, events) = (subject.states(&sale).await, subject.events().await);
    for late in [TAKEN, WalletAnswer::NeverSent, WalletAnswer::Voided, WalletAnswer::GivenUp] {
        let settled = subject.settle(&payment, late).await;
        assert_eq!(settled, Settled { payment: refund.clone(), event: None }, "{late:?}");
    }
    assert_eq!((subject.states(&sale).await, subject.events().await), (states, events));
    assert_eq!((subject.status(&held).await, subject.status(&other).await), ("cancelled", "held"));
    assert_eq!(subject.reservations.tickets(held.id).await.expect("tickets"), []);
}
