//! Steps of many payments that meet: each is answered as if it had come alone.

use std::collections::BTreeSet;

use domain::reservation::{
    BeginPayment, Begun, EventBody, PayError, Payment, PaymentState, Reservation, SettleError, Settled,
    WalletAnswer,
};
use domain::shared::{PaymentId, ReservationId, UserId};

use super::Subject;
use super::stage::{Fan, TAKEN, at_once, balance, begin, new_id};

const FANS: usize = 12;

/// What a step came to, in one word.
fn word_of_begun(begun: &Result<Begun, PayError>) -> &'static str {
    match begun {
        Ok(Begun::Started(_)) => "started",
        Ok(Begun::Underway(_)) => "under way",
        Err(PayError::NoSuchReservation) => "no such reservation",
        Err(PayError::NotHeld { status }) => status,
        Err(PayError::Unexpected(error)) => panic!("{error:#}"),
    }
}

fn word_of_settled(settled: &Result<Settled, SettleError>) -> &'static str {
    match settled {
        Ok(settled) if settled.event.is_some() => "sold",
        Ok(_) => "written",
        Err(SettleError::FencedOff) => "fenced off",
        Err(SettleError::Unexpected(_)) => "unexpected",
    }
}

fn count<'a>(words: &[&'a str], word: &'a str) -> usize {
    words.iter().filter(|found| **found == word).count()
}

pub async fn payments_that_begin_at_once_are_each_answered_for_themselves(subject: Subject) {
    let sale = subject.on_sale(FANS + 1).await;
    let mut wishes = Vec::new();
    let mut held = Vec::new();
    let lapsed = subject.hold(&sale, Fan::new(), &[FANS]).await;
    subject.let_holds_lapse().await;
    for place in 0..FANS {
        let reservation = subject.hold(&sale, Fan::new(), &[place]).await;
        let wish = begin(&reservation);
        // The same payment twice, another of the same reservation, and a stranger's.
        wishes.extend([wish, wish, begin(&reservation)]);
        wishes.push(BeginPayment { user_id: UserId(new_id()), ..begin(&reservation) });
        held.push(reservation);
    }
    wishes.push(begin(&lapsed));
    wishes.push(BeginPayment { reservation_id: ReservationId(new_id()), ..begin(&lapsed) });
    let steps = wishes.into_iter().map(|wish| {
        let subject = subject.clone();
        async move { subject.checkouts.begin(wish).await }
    });
    let answers = at_once(steps).await;
    let words: Vec<_> = answers.iter().map(word_of_begun).collect();
    assert_eq!(count(&words, "started"), FANS);
    assert_eq!(count(&words, "under way"), 2 * FANS);
    assert_eq!(count(&words, "no such reservation"), FANS + 1);
    assert_eq!(count(&words, "expired"), 1);
    let ids: BTreeSet<PaymentId> = answers
        .iter()
        .flatten()
        .map(|begun| match begun {
            Begun::Started(payment) | Begun::Underway(payment) => payment.id,
        })
        .collect();
    assert_eq!(ids.len(), FANS, "one payment for each reservation");
    for reservation in &held {
        assert_eq!(subject.status(reservation).await, "paying");
    }
    subject.assert_sound(&sale, held.iter().map(|reservation| reservation.user_id)).await;
}

pub async fn answers_that_come_at_once_are_each_written_for_themselves(subject: Subject) {
    let sale = subject.on_sale(FANS).await;
    let (mut steps, mut held) = (Vec::new(), Vec::new());
    for place in 0..FANS {
        let reservation = subject.hold(&sale, Fan::new(), &[place]).await;
        let payment = subject.begin(&reservation).await;
        let answer = match place % 3 {
            0 => TAKEN,
            1 => WalletAnswer::Insufficient { balance: balance(1) },
            _ => WalletAnswer::GivenUp,
        };
        // Once, once more, and by a driver that was never there.
        steps.extend([(payment.id, payment.fence, answer), (payment.id, payment.fence, answer)]);
        steps.push((payment.id, payment.fence + 1, TAKEN));
        held.push((reservation, payment));
    }
    steps.push((PaymentId(new_id()), Payment::FIRST_FENCE, TAKEN));
    let settling = steps.into_iter().map(|(id, fence, answer)| {
        let subject = subject.clone();
        async move { subject.checkouts.settle(id, fence, answer).await }
    });
    let answers = at_once(settling).await;
    let words: Vec<_> = answers.iter().map(word_of_settled).collect();
    assert_eq!(count(&words, "sold"), FANS / 3, "an event for each sale, and one only");
    assert_eq!(count(&words, "written"), 2 * FANS - FANS / 3);
    assert_eq!(count(&words, "fenced off"), FANS);
    assert_eq!(count(&words, "unexpected"), 1, "of the payment that is not there");
    let mut finished = BTreeSet::new();
    for (place, (reservation, payment)) in held.iter().enumerate() {
        let (status, state) = (subject.status(reservation).await, subject.payment(payment).await.state);
        match place % 3 {
            0 => {
                assert!(matches!(state, PaymentState::Captured { .. }), "{state:?}");
                assert_eq!(status, "confirmed");
                finished.insert(reservation.pass_id);
            }
            1 => {
                assert_eq!((status, state), ("held", PaymentState::Declined { balance: balance(1) }));
            }
            _ => assert_eq!((status, state), ("paying", PaymentState::Voiding)),
        }
        let tickets = subject.reservations.tickets(reservation.id).await.expect("tickets");
        assert_eq!(tickets.len(), usize::from(place % 3 == 0));
    }
    let events: Vec<_> = subject.events().await.into_iter().map(|event| event.body).collect();
    assert_eq!(events.len(), finished.len());
    assert!(events.iter().all(|body| *body == EventBody::PassFinished { pass_id: body.pass_id() }));
    assert_eq!(events.iter().map(|body| body.pass_id()).collect::<BTreeSet<_>>(), finished);
    subject.assert_sound(&sale, held.iter().map(|(reservation, _)| reservation.user_id)).await;
}

/// Beginnings, answers, holds and releases all at once: whatever meets in one set, each payment runs its course.
pub async fn purchases_at_once_all_run_their_course(subject: Subject) {
    let sale = std::sync::Arc::new(subject.on_sale(3 * FANS).await);
    let fans: Vec<Fan> = (0..FANS).map(|_| Fan::new()).collect();
    let visits = fans.clone().into_iter().enumerate().map(|(index, fan)| {
        let (subject, sale) = (subject.clone(), std::sync::Arc::clone(&sale));
        async move {
            let declined = subject.hold(&sale, fan, &[3 * index]).await;
            let payment = subject.begin(&declined).await;
            subject.settle(&payment, WalletAnswer::Insufficient { balance: balance(1) }).await;
            subject.give_up(&declined).await;
            let (bought, _) = subject.buy(&sale, fan, &[3 * index + 1, 3 * index + 2]).await;
            bought
        }
    });
    let bought: Vec<Reservation> = at_once(visits).await;
    for reservation in &bought {
        assert_eq!(subject.status(reservation).await, "confirmed");
        assert_eq!(subject.reservations.tickets(reservation.id).await.expect("tickets").len(), 2);
    }
    // The slot that was yielded in between was kept by the next hold.
    let events = subject.events().await;
    assert_eq!(events.len(), FANS);
    assert!(events.iter().all(|event| matches!(event.body, EventBody::PassFinished { .. })), "{events:?}");
    subject.assert_sound(&sale, fans.iter().map(|fan| fan.user)).await;
}
