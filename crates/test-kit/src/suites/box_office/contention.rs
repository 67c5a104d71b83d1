use std::collections::BTreeSet;
use std::sync::Arc;

use domain::reservation::{Begun, GiveUpError, HoldError, PayError, SeatState, SeatWish, WalletAnswer};
use domain::shared::UserId;

use super::Subject;
use super::stage::{Fan, TAKEN, at_once, balance, begin, conflicts};

fn users(fans: &[Fan]) -> Vec<UserId> {
    fans.iter().map(|fan| fan.user).collect()
}

pub async fn of_two_hundred_who_want_one_seat_one_gets_it(subject: Subject) {
    let sale = Arc::new(subject.on_sale(3).await);
    let fans: Vec<Fan> = (0..200).map(|_| Fan::new()).collect();
    let holds = fans.clone().into_iter().enumerate().map(|(index, fan)| {
        let (subject, sale) = (subject.clone(), Arc::clone(&sale));
        // Some want a second seat that would be free.
        let places: &[usize] = if index % 3 == 0 { &[0, 1] } else { &[0] };
        async move { subject.try_place(sale.wanted(fan, places)).await }
    });
    let (held, refused): (Vec<_>, Vec<_>) = at_once(holds).await.into_iter().partition(Result::is_ok);
    assert_eq!((held.len(), refused.len()), (1, 199));
    for refusal in refused {
        let taken = conflicts(refusal);
        assert!(taken.contains(&sale.seats[0]), "{taken:?}");
    }
    assert_eq!(subject.states(&sale).await[2], SeatState::Available);
    subject.assert_sound(&sale, users(&fans)).await;
}

pub async fn seats_wanted_crosswise_never_lock_each_other_out(subject: Subject) {
    let sale = Arc::new(subject.on_sale(4).await);
    let fans: Vec<Fan> = (0..16).map(|_| Fan::new()).collect();
    let holds = fans.clone().into_iter().enumerate().map(|(index, fan)| {
        let (subject, sale) = (subject.clone(), Arc::clone(&sale));
        async move {
            let mut got = 0;
            for round in 0..10 {
                let (first, second) = ((index + round) % 4, (index + round + 1 + index % 3) % 4);
                let mut request = sale.wanted(fan, &[first, second]);
                if index % 2 == 0 {
                    let backwards = request.seats.named().iter().rev().copied();
                    request.seats = SeatWish::These(backwards.collect());
                }
                match subject.try_place(request).await {
                    Ok(held) => {
                        got += 1;
                        subject.give_up(&held).await;
                    }
                    Err(HoldError::SeatsTaken(_)) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
            got
        }
    });
    assert!(at_once(holds).await.into_iter().sum::<u32>() > 0);
    assert_eq!(subject.states(&sale).await, [SeatState::Available; 4]);
    subject.assert_sound(&sale, users(&fans)).await;
}

pub async fn the_same_reservation_placed_by_many_at_once_is_one(subject: Subject) {
    let (sale, fan) = (subject.on_sale(2).await, Fan::new());
    let request = sale.wanted(fan, &[0, 1]);
    let holds = (0..20).map(|_| {
        let (subject, request) = (subject.clone(), request.clone());
        async move { subject.place(request).await }
    });
    let held = at_once(holds).await;
    assert!(held.iter().all(|reservation| *reservation == held[0]), "{held:?}");
    subject.assert_sound(&sale, [fan.user]).await;
}

pub async fn a_reservation_paid_by_many_at_once_has_one_payment(subject: Subject) {
    let (sale, fan) = (subject.on_sale(1).await, Fan::new());
    let held = subject.hold(&sale, fan, &[0]).await;
    let payments = (0..50).map(|_| {
        let (subject, wish) = (subject.clone(), begin(&held));
        async move { subject.checkouts.begin(wish).await.expect("the payment") }
    });
    let (mut started, mut ids) = (0, BTreeSet::new());
    for begun in at_once(payments).await {
        match begun {
            Begun::Started(payment) => {
                started += 1;
                ids.insert(payment.id);
            }
            Begun::Underway(payment) => {
                ids.insert(payment.id);
            }
        }
    }
    assert_eq!((started, ids.len()), (1, 1));
    subject.assert_sound(&sale, [fan.user]).await;
}

pub async fn paying_and_giving_up_at_once_agree(subject: Subject) {
    let sale = subject.on_sale(1).await;
    for _ in 0..20 {
        let held = subject.hold(&sale, Fan::new(), &[0]).await;
        let paying = {
            let (subject, wish) = (subject.clone(), begin(&held));
            tokio::spawn(async move { subject.checkouts.begin(wish).await })
        };
        let given_up = subject.try_give_up(&held).await;
        match (paying.await.expect("an answer"), given_up) {
            (Ok(Begun::Started(payment)), Err(GiveUpError::PaymentUnderway { payment_id })) => {
                assert_eq!(payment.id, payment_id);
                assert_eq!(subject.status(&held).await, "paying");
                subject.settle(&payment, WalletAnswer::Voided).await;
                subject.give_up(&held).await;
            }
            (Err(PayError::NotHeld { status }), Ok(_)) => assert_eq!(status, "released"),
            both => panic!("{both:?}"),
        }
        assert_eq!(subject.states(&sale).await, [SeatState::Available]);
    }
}

pub async fn a_payment_settled_by_many_at_once_sells_once(subject: Subject) {
    let (sale, fan) = (subject.on_sale(2).await, Fan::new());
    let held = subject.hold(&sale, fan, &[0, 1]).await;
    let payment = subject.begin(&held).await;
    let answers = (0..20).map(|index| {
        let (subject, payment) = (subject.clone(), payment.clone());
        let answer = if index % 4 == 0 { WalletAnswer::GivenUp } else { TAKEN };
        async move { subject.settle(&payment, answer).await.event }
    });
    let events: Vec<_> = at_once(answers).await.into_iter().flatten().collect();
    assert_eq!(events.len(), 1);
    assert_eq!(subject.events().await, events);
    assert_eq!(subject.reservations.tickets(held.id).await.expect("tickets").len(), 2);
    assert_eq!(subject.status(&held).await, "confirmed");
    subject.assert_sound(&sale, [fan.user]).await;
}

pub async fn a_sale_cancelled_by_many_at_once_is_refunded_once(subject: Subject) {
    let (sale, fan) = (subject.on_sale(1).await, Fan::new());
    let (bought, payment) = subject.buy(&sale, fan, &[0]).await;
    let cancellations = (0..20).map(|_| {
        let (subject, bought) = (subject.clone(), bought.clone());
        async move { subject.give_up(&bought).await.refund }
    });
    let refunds: Vec<_> = at_once(cancellations).await.into_iter().flatten().collect();
    assert_eq!(refunds.iter().map(|refund| refund.id).collect::<Vec<_>>(), [payment.id]);
    assert_eq!(subject.states(&sale).await, [SeatState::Available]);
}

pub async fn everything_at_once_leaves_every_seat_with_one_owner(subject: Subject) {
    const SEATS: usize = 10;
    let sale = Arc::new(subject.on_sale(SEATS).await);
    let fans: Vec<Fan> = (0..30).map(|_| Fan::new()).collect();
    let visits = fans.clone().into_iter().enumerate().map(|(index, fan)| {
        let (subject, sale) = (subject.clone(), Arc::clone(&sale));
        async move {
            for round in 0..5 {
                let first = (index * 3 + round * 7) % SEATS;
                // One seat, or two that are seldom neighbours.
                let both = [first, (first + 1 + index % 9) % SEATS];
                let places = if round % 2 == 0 { &both[..1] } else { &both[..] };
                let held = match subject.try_place(sale.wanted(fan, places)).await {
                    Ok(held) => held,
                    Err(HoldError::SeatsTaken(_) | HoldError::TooManySeats { .. }) => continue,
                    Err(error) => panic!("{error:?}"),
                };
                match (index + round) % 5 {
                    0 => continue,
                    1 => {
                        subject.give_up(&held).await;
                        continue;
                    }
                    _ => {}
                }
                let payment = subject.begin(&held).await;
                match (index + round) % 5 {
                    2 => {
                        let declined = WalletAnswer::Insufficient { balance: balance(1) };
                        subject.settle(&payment, declined).await;
                    }
                    3 => {
                        subject.settle(&payment, TAKEN).await;
                        let refund = subject.give_up(&held).await.refund.expect("a refund");
                        subject.settle(&refund, WalletAnswer::Refunded).await;
                    }
                    _ => {
                        subject.settle(&payment, TAKEN).await;
                    }
                }
            }
        }
    });
    at_once(visits).await;
    subject.assert_sound(&sale, users(&fans)).await;
    let sold =
        subject.states(&sale).await.iter().filter(|state| matches!(state, SeatState::Sold { .. })).count();
    let mut tickets = BTreeSet::new();
    for user in users(&fans) {
        let seen =
            subject.reservations.of_user(user, domain::shared::PageRequest::default()).await.expect("a page");
        for reservation in seen.value.items {
            let valid = subject.reservations.tickets(reservation.id).await.expect("tickets");
            assert!(valid.is_empty() || reservation.state.word() == "confirmed", "{reservation:?}");
            tickets.extend(valid.into_iter().map(|ticket| ticket.seat_id));
        }
    }
    assert_eq!(tickets.len(), sold, "one ticket for each seat sold");
}
