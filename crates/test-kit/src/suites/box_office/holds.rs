use chrono::TimeDelta;
use domain::reservation::{HoldError, HoldRequest, Reservation, ReservationState, SeatState, SeatWish};
use domain::shared::{EntryId, QueueId, ReservationId, ScheduleId, SeatId};

use super::Subject;
use super::stage::{Fan, HOLD_TTL, PRICE, conflicts, new_id, new_terms};

pub async fn a_hold_takes_its_seats_until_its_time(subject: Subject) {
    let (sale, fan) = (subject.on_sale(4).await, Fan::new());
    let request = sale.wanted(fan, &[3, 1]);
    let seen = subject.holds.place(request.clone()).await.expect("a hold");
    let held = seen.value;
    assert_eq!((held.id, held.schedule_id), (request.reservation_id, sale.id()));
    assert_eq!((held.user_id, held.pass_id), (fan.user, fan.pass));
    assert_eq!(held.state, ReservationState::Held);
    let seats: Vec<_> = held.seats.iter().map(|seat| (seat.id, seat.number, seat.price.as_won())).collect();
    let expected = sale.seats(&[1, 3]);
    assert_eq!(seats, [(expected[0], 2, 2 * PRICE), (expected[1], 4, 4 * PRICE)]);
    assert!(held.seats.iter().all(|seat| seat.section == "Floor" && seat.row == 1));
    assert_eq!(held.amount.as_won(), 6 * PRICE);
    assert_eq!(
        (held.created_at, held.held_until),
        (seen.now, seen.now + TimeDelta::seconds(HOLD_TTL.into()))
    );
    let taken = SeatState::Held { by: held.id, until: Some(held.held_until) };
    assert_eq!(subject.states(&sale).await, [SeatState::Available, taken, SeatState::Available, taken]);
    let read = subject.reservations.reservation(held.id).await.expect("a look").expect("it is there");
    assert_eq!(read.value, held);
    assert_eq!(subject.events().await, []);
}

pub async fn a_hold_is_all_or_nothing_and_names_every_seat_that_is_taken(subject: Subject) {
    let sale = subject.on_sale(5).await;
    subject.hold(&sale, Fan::new(), &[0]).await;
    subject.buy(&sale, Fan::new(), &[1]).await;
    let paying = subject.hold(&sale, Fan::new(), &[2]).await;
    subject.begin(&paying).await;
    let before = subject.states(&sale).await;

    let request = sale.wanted(Fan::new(), &[0, 1, 2, 3]);
    let id = request.reservation_id;
    let mut taken = conflicts(subject.try_place(request).await);
    taken.sort_unstable();
    assert_eq!(taken, sale.seats(&[0, 1, 2]));
    assert_eq!(subject.states(&sale).await, before);
    assert_eq!(subject.reservations.reservation(id).await.expect("a look"), None);
    subject.hold(&sale, Fan::new(), &[3, 4]).await;
}

pub async fn seats_that_are_none_of_this_performance_are_named(subject: Subject) {
    let (sale, other) = (subject.on_sale(3).await, subject.on_sale(3).await);
    subject.hold(&sale, Fan::new(), &[0]).await;
    let before = (subject.states(&sale).await, subject.states(&other).await);
    let (nowhere, elsewhere) = (SeatId(new_id()), other.seats(&[0])[0]);
    for (known, mut unknown) in
        [(vec![], vec![nowhere]), (vec![1], vec![elsewhere]), (vec![0, 1], vec![nowhere, elsewhere])]
    {
        let mut request = sale.wanted(Fan::new(), &known);
        let mut seats = [request.seats.named(), &unknown].concat();
        seats.sort_unstable();
        request.seats = SeatWish::These(seats);
        // It can never work, which matters more than that seat 0 is taken just now.
        match subject.try_place(request).await {
            Err(HoldError::UnknownSeats(mut named)) => {
                named.sort_unstable();
                unknown.sort_unstable();
                assert_eq!(named, unknown);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((subject.states(&sale).await, subject.states(&other).await), before);
}

pub async fn a_performance_that_is_not_on_sale_is_not_held(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let request = HoldRequest { schedule_id: ScheduleId(new_id()), ..sale.wanted(Fan::new(), &[0]) };
    assert!(matches!(subject.try_place(request).await, Err(HoldError::NoSuchSchedule)));
}

pub async fn a_pass_for_another_queue_holds_nothing(subject: Subject) {
    let sale = subject.on_sale(2).await;
    subject.hold(&sale, Fan::new(), &[0]).await;
    // Whether the seat is free or taken: it would not help if it became free.
    for place in [0, 1] {
        let request = HoldRequest { queue_id: QueueId(new_id()), ..sale.wanted(Fan::new(), &[place]) };
        assert!(matches!(subject.try_place(request).await, Err(HoldError::OtherQueue)));
    }
    assert_eq!(subject.states(&sale).await[1], SeatState::Available);
}

pub async fn a_sale_opens_and_closes_at_its_times(subject: Subject) {
    let now = subject.now().await;
    let mut terms = new_terms(now);
    terms.sales_open_at = now + TimeDelta::seconds(100);
    terms.sales_close_at = now + TimeDelta::seconds(300);
    let sale = subject.publish(terms.clone(), 3).await;
    match subject.try_place(sale.wanted(Fan::new(), &[0])).await {
        Err(HoldError::SaleNotOpen(at)) => assert_eq!(at, terms.sales_open_at),
        other => panic!("{other:?}"),
    }
    subject.time.pass(100).await;
    subject.hold(&sale, Fan::new(), &[0]).await;
    subject.time.pass(200).await;
    for place in [0, 1] {
        let late = subject.try_place(sale.wanted(Fan::new(), &[place])).await;
        assert!(matches!(late, Err(HoldError::SaleClosed(_))), "{late:?}");
    }
    assert_eq!(subject.states(&sale).await[1], SeatState::Available);
}

pub async fn the_same_reservation_again_is_answered_as_it_stands(subject: Subject) {
    let (sale, fan) = (subject.on_sale(2).await, Fan::new());
    let request = sale.wanted(fan, &[0, 1]);
    let held = subject.place(request.clone()).await;
    assert_eq!(subject.place(request.clone()).await, held);
    // No retry extends a hold.
    subject.let_holds_lapse().await;
    let again = subject.holds.place(request.clone()).await.expect("the same hold again");
    assert_eq!(again.value.state_at(again.now), ReservationState::Expired);
    assert_eq!(subject.status(&held).await, "expired");
    // Not even the loss of its seats changes the answer.
    let other = subject.hold(&sale, Fan::new(), &[0]).await;
    let again = subject.holds.place(request.clone()).await.expect("the same hold again");
    assert_eq!(again.value.state_at(again.now), ReservationState::Expired);
    assert_eq!(subject.status(&other).await, "held");

    let request = sale.wanted(fan, &[1]);
    let bought = subject.place(request.clone()).await;
    let payment = subject.begin(&bought).await;
    subject.settle(&payment, super::stage::TAKEN).await;
    let again = subject.place(request).await;
    assert_eq!(again.state, ReservationState::Confirmed { payment_id: payment.id });
}

pub async fn another_hold_under_the_same_id_is_refused(subject: Subject) {
    let (sale, other_sale, fan) = (subject.on_sale(4).await, subject.on_sale(1).await, Fan::new());
    let request = sale.wanted(fan, &[0, 1]);
    let held = subject.place(request.clone()).await;
    subject.hold(&sale, Fan::new(), &[3]).await;
    let same_id = |request| HoldRequest { reservation_id: held.id, ..request };
    for other in [
        same_id(sale.wanted(fan, &[0])),
        same_id(sale.wanted(fan, &[2])),
        same_id(sale.wanted(fan, &[3])),
        same_id(sale.wanted(Fan::new(), &[0, 1])),
        same_id(other_sale.wanted(fan, &[0])),
    ] {
        let refused = subject.try_place(other).await;
        assert!(matches!(refused, Err(HoldError::OtherReservation)), "{refused:?}");
    }
    assert_eq!(subject.states(&sale).await[2], SeatState::Available);
    // Another pass of the same fan is no other hold: the first one may have ended between two attempts.
    let renewed = HoldRequest { pass_id: EntryId(new_id()), ..request };
    assert_eq!(subject.place(renewed).await, held);
    let read = subject
        .reservations
        .reservation(ReservationId(held.id.0))
        .await
        .expect("a look")
        .map(|seen| seen.value);
    assert_eq!(read, Some::<Reservation>(held));
}
