use std::collections::BTreeSet;

use domain::reservation::{
    BeginPayment, Begun, EventBody, PayError, Payment, PaymentState, ReservationState, SeatState, Settled,
    WalletAnswer,
};
use domain::shared::{EntryId, PaymentId, ReservationId, UserId};

use super::Subject;
use super::stage::{Fan, PRICE, TAKEN, balance, begin, conflicts, new_id, not_held};

/// Every answer after which nothing has been taken.
const NOTHING_TAKEN: [WalletAnswer; 2] = [WalletAnswer::Voided, WalletAnswer::NeverSent];

fn insufficient(won: i64) -> WalletAnswer {
    WalletAnswer::Insufficient { balance: balance(won) }
}

pub async fn a_payment_claims_what_is_held(subject: Subject) {
    let sale = subject.on_sale(3).await;
    let held = subject.hold(&sale, Fan::new(), &[0, 1]).await;
    // The pass may be another than that of the hold: it is the one to finish.
    let wish = BeginPayment { pass_id: EntryId(new_id()), ..begin(&held) };
    let Begun::Started(payment) = subject.checkouts.begin(wish).await.expect("a payment") else {
        panic!("there was no payment before");
    };
    assert_eq!((payment.id, payment.reservation_id), (wish.payment_id, held.id));
    assert_eq!((payment.user_id, payment.pass_id), (held.user_id, wish.pass_id));
    assert_eq!(payment.amount.as_won(), 3 * PRICE);
    assert_eq!((payment.fence, payment.state), (Payment::FIRST_FENCE, PaymentState::Debiting));
    assert_eq!(subject.payment(&payment).await, payment);
    assert_eq!(subject.status(&held).await, "paying");
    let paying = SeatState::Held { by: held.id, until: None };
    assert_eq!(subject.states(&sale).await, [paying, paying, SeatState::Available]);
    assert_eq!(subject.reservations.tickets(held.id).await.expect("tickets"), []);
    assert_eq!(subject.events().await, []);
}

pub async fn nobody_pays_what_is_anothers_or_not_there(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let held = subject.hold(&sale, Fan::new(), &[0]).await;
    for wish in [
        BeginPayment { user_id: UserId(new_id()), ..begin(&held) },
        BeginPayment { reservation_id: ReservationId(new_id()), ..begin(&held) },
    ] {
        let refused = subject.checkouts.begin(wish).await;
        assert!(matches!(refused, Err(PayError::NoSuchReservation)), "{refused:?}");
    }
    assert_eq!(subject.status(&held).await, "held");
    subject.begin(&held).await;
}

pub async fn a_payment_begun_too_late_is_none(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let held = subject.hold(&sale, Fan::new(), &[0]).await;
    subject.let_holds_lapse().await;
    let wish = begin(&held);
    assert_eq!(not_held(subject.checkouts.begin(wish).await), "expired");
    assert_eq!(subject.reservations.payment(wish.payment_id).await.expect("a look"), None);
    assert_eq!(subject.sweep().await, 1);
    assert_eq!(not_held(subject.checkouts.begin(wish).await), "expired");
    assert_eq!(subject.states(&sale).await, [SeatState::Available]);
}

pub async fn seats_that_went_to_another_are_not_paid_for(subject: Subject) {
    let sale = subject.on_sale(2).await;
    let first = subject.hold(&sale, Fan::new(), &[0, 1]).await;
    subject.let_holds_lapse().await;
    let second = subject.hold(&sale, Fan::new(), &[1]).await;
    let before = subject.states(&sale).await;
    assert_eq!(not_held(subject.checkouts.begin(begin(&first)).await), "expired");
    assert_eq!(subject.states(&sale).await, before);
    let payment = subject.begin(&second).await;
    subject.settle(&payment, TAKEN).await;
    assert_eq!(subject.states(&sale).await[1], SeatState::Sold { to: second.id });
}

pub async fn what_was_given_up_is_not_paid_for(subject: Subject) {
    let (sale, fan) = (subject.on_sale(2).await, Fan::new());
    let released = subject.hold(&sale, fan, &[0]).await;
    subject.give_up(&released).await;
    assert_eq!(not_held(subject.checkouts.begin(begin(&released)).await), "released");
    let (cancelled, _) = subject.buy(&sale, fan, &[1]).await;
    subject.give_up(&cancelled).await;
    assert_eq!(not_held(subject.checkouts.begin(begin(&cancelled)).await), "cancelled");
    assert_eq!(subject.states(&sale).await, [SeatState::Available; 2]);
}

pub async fn seats_being_paid_for_never_lapse(subject: Subject) {
    let sale = subject.on_sale(2).await;
    let held = subject.hold(&sale, Fan::new(), &[0, 1]).await;
    let payment = subject.begin(&held).await;
    let before = subject.states(&sale).await;
    for _ in 0..5 {
        subject.let_holds_lapse().await;
        assert_eq!(subject.sweep().await, 0);
        assert_eq!(subject.status(&held).await, "paying");
        assert_eq!(conflicts(subject.try_place(sale.wanted(Fan::new(), &[0])).await), sale.seats(&[0]));
    }
    assert_eq!(subject.states(&sale).await, before);
    subject.settle(&payment, TAKEN).await;
    assert_eq!(subject.status(&held).await, "confirmed");
    subject.assert_sound(&sale, [held.user_id]).await;
}

pub async fn beginning_again_answers_with_the_payment_there_is(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let held = subject.hold(&sale, Fan::new(), &[0]).await;
    let first = begin(&held);
    assert!(matches!(subject.checkouts.begin(first).await, Ok(Begun::Started(_))));
    let again = async |wish| match subject.checkouts.begin(wish).await.expect("the payment there is") {
        Begun::Underway(payment) => payment,
        Begun::Started(payment) => panic!("a second payment: {payment:?}"),
    };
    for wish in [first, begin(&held)] {
        let payment = again(wish).await;
        assert_eq!((payment.id, payment.fence, payment.state), (first.payment_id, 1, PaymentState::Debiting));
    }
    let payment = again(first).await;
    let captured = subject.settle(&payment, TAKEN).await.payment;
    for wish in [first, begin(&held)] {
        assert_eq!(again(wish).await, captured);
    }
    // A used id stays used, also when nothing is to be paid for under it any more.
    subject.give_up(&held).await;
    assert_eq!(again(first).await.state, PaymentState::Refunding);
}

pub async fn money_taken_sells_the_seats(subject: Subject) {
    let (sale, fan) = (subject.on_sale(3).await, Fan::new());
    let held = subject.hold(&sale, fan, &[2, 0]).await;
    let payment = subject.begin(&held).await;
    let Settled { payment: captured, event } =
        subject.settle(&payment, WalletAnswer::Taken { balance: balance(700) }).await;
    let PaymentState::Captured { at, balance: left } = captured.state else { panic!("{captured:?}") };
    assert_eq!(left, balance(700));
    assert!(at >= payment.created_at);
    assert_eq!(subject.payment(&payment).await, captured);

    let confirmed =
        subject.reservations.reservation(held.id).await.expect("a look").expect("it is there").value;
    assert_eq!(confirmed.state, ReservationState::Confirmed { payment_id: payment.id });
    assert_eq!((confirmed.held_until, &confirmed.seats), (held.held_until, &held.seats));
    let sold = SeatState::Sold { to: held.id };
    assert_eq!(subject.states(&sale).await, [sold, SeatState::Available, sold]);

    let tickets = subject.reservations.tickets(held.id).await.expect("tickets");
    let read: Vec<_> = tickets.iter().map(|ticket| (ticket.seat_id, ticket.number)).collect();
    let expected = sale.seats(&[0, 2]);
    assert_eq!(read, [(expected[0], 1), (expected[1], 3)]);
    assert_eq!(tickets.iter().map(|ticket| ticket.id).collect::<BTreeSet<_>>().len(), 2);

    let event = event.expect("the pass is to be finished");
    assert_eq!(event.body, EventBody::PassFinished { pass_id: fan.pass });
    assert_eq!(subject.events().await, [event]);
    subject.assert_sound(&sale, [fan.user]).await;
}

pub async fn money_not_taken_leaves_the_hold_to_its_own_time(subject: Subject) {
    let sale = subject.on_sale(3).await;
    for (place, answer) in [insufficient(7), NOTHING_TAKEN[0], NOTHING_TAKEN[1]].into_iter().enumerate() {
        let held = subject.hold(&sale, Fan::new(), &[place]).await;
        let payment = subject.begin(&held).await;
        let settled = subject.settle(&payment, answer).await;
        let expected = match answer {
            WalletAnswer::Insufficient { balance } => PaymentState::Declined { balance },
            _ => PaymentState::Voided,
        };
        assert_eq!((settled.payment.state, settled.event), (expected, None));
        assert_eq!(subject.payment(&payment).await, settled.payment);
        let read = subject.reservations.reservation(held.id).await.expect("a look").expect("it is there");
        assert_eq!(read.value, held, "as it was before the payment");
        let until = Some(held.held_until);
        assert_eq!(subject.states(&sale).await[place], SeatState::Held { by: held.id, until });
        assert_eq!(subject.reservations.tickets(held.id).await.expect("tickets"), []);
    }
    assert_eq!(subject.events().await, []);
}

pub async fn money_not_taken_after_the_hold_ran_out_frees_the_seats(subject: Subject) {
    let sale = subject.on_sale(3).await;
    for (place, answer) in [insufficient(7), NOTHING_TAKEN[0], NOTHING_TAKEN[1]].into_iter().enumerate() {
        let held = subject.hold(&sale, Fan::new(), &[place]).await;
        let payment = subject.begin(&held).await;
        subject.let_holds_lapse().await;
        subject.settle(&payment, answer).await;
        assert_eq!(subject.status(&held).await, "expired");
        assert_eq!(not_held(subject.checkouts.begin(begin(&held)).await), "expired");
        subject.hold(&sale, Fan::new(), &[place]).await;
    }
    assert_eq!(subject.sweep().await, 3 + 2, "the three lapsed, and two of those who came after them");
}

pub async fn a_reservation_is_paid_anew_after_a_payment_that_took_nothing(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let held = subject.hold(&sale, Fan::new(), &[0]).await;
    let mut ids = BTreeSet::<PaymentId>::new();
    for answer in [insufficient(7), NOTHING_TAKEN[0], NOTHING_TAKEN[1]] {
        let payment = subject.begin(&held).await;
        subject.settle(&payment, answer).await;
        ids.insert(payment.id);
    }
    let payment = subject.begin(&held).await;
    assert_eq!(payment.fence, Payment::FIRST_FENCE);
    subject.settle(&payment, TAKEN).await;
    assert_eq!(subject.status(&held).await, "confirmed");
    for id in ids {
        let ended = subject.reservations.payment(id).await.expect("a look").expect("it is there");
        assert!(matches!(ended.state, PaymentState::Declined { .. } | PaymentState::Voided), "{ended:?}");
    }
}

pub async fn a_payment_given_up_keeps_the_seats_until_the_wallet_has_spoken(subject: Subject) {
    let sale = subject.on_sale(2).await;
    for (place, answer, end) in [(0, WalletAnswer::Voided, "held"), (1, TAKEN, "confirmed")] {
        let held = subject.hold(&sale, Fan::new(), &[place]).await;
        let payment = subject.begin(&held).await;
        let settled = subject.settle(&payment, WalletAnswer::GivenUp).await;
        assert_eq!((settled.payment.state, settled.event), (PaymentState::Voiding, None));
        // Whether an earlier question got there is only for the wallet to say.
        let settled = subject.settle(&payment, WalletAnswer::NeverSent).await;
        assert_eq!(settled.payment.state, PaymentState::Voiding);
        assert_eq!(subject.status(&held).await, "paying");
        assert_eq!(subject.states(&sale).await[place], SeatState::Held { by: held.id, until: None });
        subject.settle(&payment, answer).await;
        assert_eq!(subject.status(&held).await, end);
    }
}

pub async fn a_payment_that_has_ended_absorbs_every_answer(subject: Subject) {
    let sale = subject.on_sale(4).await;
    let ends: [&[WalletAnswer]; 4] = [
        &[TAKEN],
        &[insufficient(7)],
        &[WalletAnswer::GivenUp, WalletAnswer::Voided],
        &[TAKEN, WalletAnswer::Refunded],
    ];
    for (place, answers) in ends.into_iter().enumerate() {
        let held = subject.hold(&sale, Fan::new(), &[place]).await;
        let mut payment = subject.begin(&held).await;
        for answer in answers {
            if *answer == WalletAnswer::Refunded {
                subject.give_up(&held).await;
            }
            payment = subject.settle(&payment, *answer).await.payment;
        }
        assert!(payment.state.rests(), "{payment:?}");
        let look = async || {
            let reservation =
                subject.reservations.reservation(held.id).await.expect("a look").map(|seen| seen.value);
            let tickets = subject.reservations.tickets(held.id).await.expect("tickets");
            (
                reservation,
                tickets,
                subject.states(&sale).await,
                subject.events().await,
                subject.payment(&payment).await,
            )
        };
        let before = look().await;
        for late in [
            TAKEN,
            insufficient(1),
            WalletAnswer::Voided,
            WalletAnswer::Refunded,
            WalletAnswer::NeverSent,
            WalletAnswer::GivenUp,
        ] {
            assert_eq!(
                subject.settle(&payment, late).await,
                Settled { payment: payment.clone(), event: None }
            );
        }
        assert_eq!(look().await, before);
    }
}

pub async fn a_payment_that_is_not_there_is_not_settled(subject: Subject) {
    let settled = subject.checkouts.settle(PaymentId(new_id()), 1, TAKEN).await;
    assert!(matches!(settled, Err(domain::reservation::SettleError::Unexpected(_))), "{settled:?}");
}
