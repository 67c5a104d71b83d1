//! The best available seats: which they are is the pure rule's, who gets them is the store's.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use chrono::TimeDelta;
use domain::reservation::{
    BestAvailable, HoldError, HoldRequest, InventorySeat, Reservation, ReservationState, SaleTerms,
    SeatState, SeatWish,
};
use domain::shared::{Amount, QueueId, SeatId, UserId};

use super::Subject;
use super::stage::{Fan, LIMIT, PRICE, Sale, at_once, conflicts, new_id, new_terms};

/// Sections of a plan: name, rows, seats in a row.
type Plan<'a> = &'a [(&'a str, u32, u32)];

fn stock(plan: Plan<'_>) -> Vec<InventorySeat> {
    let spots = plan.iter().flat_map(|(section, rows, width)| {
        (1..=*rows).flat_map(move |row| (0..*width).map(move |_| (*section, row)))
    });
    let seats = spots.zip(1..).map(|((section, row), number)| InventorySeat {
        id: SeatId(new_id()),
        number,
        section: section.to_owned(),
        row,
        price: Amount::new(PRICE).expect("a price"),
        state: SeatState::Available,
    });
    seats.collect()
}

async fn publish(subject: &Subject, terms: SaleTerms, plan: Plan<'_>) -> Sale {
    let mut stock = stock(plan);
    let sale = Sale { terms, seats: stock.iter().map(|seat| seat.id).collect() };
    // In whatever order they come.
    stock.sort_by_key(|seat| seat.number.wrapping_mul(7919) % 10_007);
    subject.inventory.publish(sale.terms.clone(), stock).await.expect("publishing");
    sale
}

async fn on_sale(subject: &Subject, plan: Plan<'_>) -> Sale {
    publish(subject, new_terms(subject.now().await), plan).await
}

fn best(sale: &Sale, fan: Fan, quantity: u32, section: Option<&str>) -> HoldRequest {
    let quantity = NonZeroU32::new(quantity).expect("a quantity");
    let wish = BestAvailable { quantity, section: section.map(str::to_owned) };
    HoldRequest { seats: SeatWish::BestAvailable(wish), ..sale.wanted(fan, &[]) }
}

fn numbers(reservation: &Reservation) -> Vec<u32> {
    reservation.seats.iter().map(|seat| seat.number).collect()
}

/// The numbers that somebody gets who asks for so many.
async fn given(subject: &Subject, sale: &Sale, quantity: u32, section: Option<&str>) -> Vec<u32> {
    numbers(&subject.place(best(sale, Fan::new(), quantity, section)).await)
}

/// How many are side by side, as somebody is told for whom there are not enough.
#[track_caller]
fn at_most(placed: Result<Reservation, HoldError>) -> u32 {
    match placed {
        Err(HoldError::NotSideBySide { wish: _, at_most }) => at_most,
        other => panic!("a refusal was expected, and it was {other:?}"),
    }
}

#[track_caller]
fn assert_side_by_side(reservation: &Reservation, quantity: usize) {
    let seats = &reservation.seats;
    assert_eq!(seats.len(), quantity);
    for pair in seats.windows(2) {
        assert_eq!(pair[1].number, pair[0].number + 1, "{seats:?}");
        assert_eq!((&pair[1].section, pair[1].row), (&pair[0].section, pair[0].row), "{seats:?}");
    }
}

pub async fn the_best_seats_are_held_like_any_others(subject: Subject) {
    let (sale, fan) = (on_sale(&subject, &[("Floor", 3, 6)]).await, Fan::new());
    let request = best(&sale, fan, 2, None);
    let seen = subject.holds.place(request.clone()).await.expect("a hold");
    let held = seen.value;
    assert_eq!((held.id, held.user_id, held.pass_id), (request.reservation_id, fan.user, fan.pass));
    assert_eq!((held.state, held.amount.as_won()), (ReservationState::Held, 2 * PRICE));
    assert_eq!(held.created_at, seen.now);
    assert_eq!(held.held_until, seen.now + TimeDelta::seconds(request.hold_ttl_seconds.into()));
    assert_eq!(held.seats.iter().map(|seat| seat.id).collect::<Vec<_>>(), sale.seats(&[2, 3]));
    let read = subject.reservations.reservation(held.id).await.expect("a look").expect("it is there");
    assert_eq!(read.value, held);
    conflicts(subject.try_place(sale.wanted(Fan::new(), &[2])).await);
    let payment = subject.begin(&held).await;
    subject.settle(&payment, super::stage::TAKEN).await;
    assert_eq!(subject.status(&held).await, "confirmed");
    subject.assert_sound(&sale, [fan.user]).await;
}

pub async fn the_centre_of_every_row_goes_first_from_the_stage_on(subject: Subject) {
    let sale = on_sale(&subject, &[("Floor", 3, 6)]).await;
    for expected in [[3, 4], [9, 10], [15, 16], [1, 2], [5, 6], [7, 8]] {
        assert_eq!(given(&subject, &sale, 2, None).await, expected);
    }
    let wide = on_sale(&subject, &[("Floor", 2, 9)]).await;
    assert_eq!(given(&subject, &wide, 3, None).await, [4, 5, 6]);
    assert_eq!(given(&subject, &wide, 4, None).await, [12, 13, 14, 15]);
    assert_eq!(given(&subject, &wide, 1, None).await, [3]);
}

pub async fn the_first_section_of_the_plan_is_the_best_unless_one_is_asked_for(subject: Subject) {
    let sale = on_sale(&subject, &[("Stalls", 1, 4), ("Balcony", 2, 6)]).await;
    assert_eq!(given(&subject, &sale, 2, None).await, [2, 3]);
    assert_eq!(given(&subject, &sale, 2, Some("Balcony")).await, [7, 8]);
    assert_eq!(given(&subject, &sale, 1, None).await, [1]);
    assert_eq!(given(&subject, &sale, 2, None).await, [13, 14]);
    assert_eq!(given(&subject, &sale, 1, Some("Stalls")).await, [4]);
    let nowhere = subject.try_place(best(&sale, Fan::new(), 1, Some("balcony"))).await;
    assert!(matches!(&nowhere, Err(HoldError::UnknownSection(name)) if name == "balcony"), "{nowhere:?}");
}

pub async fn what_is_taken_is_not_given_and_what_has_lapsed_is(subject: Subject) {
    let sale = on_sale(&subject, &[("Floor", 1, 12)]).await;
    subject.buy(&sale, Fan::new(), &[5]).await;
    let paying = subject.hold(&sale, Fan::new(), &[7]).await;
    subject.begin(&paying).await;
    let lapsing = subject.hold(&sale, Fan::new(), &[4, 6]).await;
    assert_eq!(given(&subject, &sale, 2, None).await, [3, 4]);
    subject.let_holds_lapse().await;
    // Nothing has been swept; what is bought or being paid for stays.
    assert_eq!(given(&subject, &sale, 2, None).await, [4, 5]);
    assert_eq!(given(&subject, &sale, 1, None).await, [7]);
    assert_eq!(subject.status(&lapsing).await, "expired");
    assert_eq!(subject.status(&paying).await, "paying");
}

pub async fn whoever_finds_no_seats_side_by_side_is_told_how_many_there_are(subject: Subject) {
    let (sale, fan) = (on_sale(&subject, &[("Floor", 2, 4), ("Side", 1, 3)]).await, Fan::new());
    subject.hold(&sale, Fan::new(), &[1]).await;
    subject.hold(&sale, Fan::new(), &[4, 5]).await;
    let before = subject.states(&sale).await;
    assert_eq!(at_most(subject.try_place(best(&sale, fan, 4, None)).await), 3);
    assert_eq!(at_most(subject.try_place(best(&sale, fan, 3, Some("Floor"))).await), 2);
    // One row ends and the next begins.
    assert_eq!(at_most(subject.try_place(best(&sale, fan, 4, Some("Side"))).await), 3);
    assert_eq!(subject.states(&sale).await, before);
    assert_eq!(given(&subject, &sale, 3, None).await, [9, 10, 11]);
    assert_eq!(at_most(subject.try_place(best(&sale, fan, 1, Some("Side"))).await), 0);
}

pub async fn the_best_seats_are_had_only_while_the_sale_is_open_and_through_its_queue(subject: Subject) {
    let now = subject.now().await;
    let terms = new_terms(now);
    let plan: Plan<'_> = &[("Floor", 1, 4)];
    let later = SaleTerms { sales_open_at: now + TimeDelta::minutes(30), ..terms.clone() };
    let sale = publish(&subject, later, plan).await;
    let refused = subject.try_place(best(&sale, Fan::new(), 1, None)).await;
    assert!(matches!(refused, Err(HoldError::SaleNotOpen(_))), "{refused:?}");
    let over = SaleTerms { sales_close_at: now - TimeDelta::minutes(30), ..new_terms(now) };
    let sale = publish(&subject, over, plan).await;
    let refused = subject.try_place(best(&sale, Fan::new(), 1, None)).await;
    assert!(matches!(refused, Err(HoldError::SaleClosed(_))), "{refused:?}");
    let sale = on_sale(&subject, plan).await;
    let request = HoldRequest { queue_id: QueueId(new_id()), ..best(&sale, Fan::new(), 1, None) };
    let refused = subject.try_place(request).await;
    assert!(matches!(refused, Err(HoldError::OtherQueue)), "{refused:?}");
    assert_eq!(subject.states(&sale).await, [SeatState::Available; 4]);
    let sale = Sale { terms: new_terms(now), seats: Vec::new() };
    let refused = subject.try_place(best(&sale, Fan::new(), 1, None)).await;
    assert!(matches!(refused, Err(HoldError::NoSuchSchedule)), "{refused:?}");
    // Asked for too early, and on sale a moment later.
    let sale = publish(&subject, sale.terms, plan).await;
    assert_eq!(given(&subject, &sale, 2, None).await, [2, 3]);
}

pub async fn the_best_seats_count_against_the_limit(subject: Subject) {
    let (sale, fan) = (on_sale(&subject, &[("Floor", 2, 8)]).await, Fan::new());
    subject.hold(&sale, fan, &[0]).await;
    subject.place(best(&sale, fan, 2, None)).await;
    for quantity in [2, LIMIT] {
        let refused = subject.try_place(best(&sale, fan, quantity, None)).await;
        let expected = matches!(refused, Err(HoldError::TooManySeats { max: LIMIT, taken: 3 }));
        assert!(expected, "{refused:?}");
    }
    subject.place(best(&sale, fan, 1, None)).await;
    let refused = subject.try_place(sale.wanted(fan, &[15])).await;
    assert!(matches!(refused, Err(HoldError::TooManySeats { max: LIMIT, taken: 4 })), "{refused:?}");
    subject.assert_sound(&sale, [fan.user]).await;
}

pub async fn the_same_choice_again_is_answered_as_it_stands(subject: Subject) {
    let (sale, fan) = (on_sale(&subject, &[("Floor", 2, 6)]).await, Fan::new());
    let better = subject.place(best(&sale, Fan::new(), 2, None)).await;
    let request = best(&sale, fan, 2, Some("Floor"));
    let held = subject.place(request.clone()).await;
    assert_eq!(numbers(&held), [9, 10]);
    // Better ones are free now, and it is not chosen again.
    subject.give_up(&better).await;
    assert_eq!(subject.place(request.clone()).await, held);
    for other in [
        best(&sale, fan, 3, Some("Floor")),
        best(&sale, fan, 2, Some("Side")),
        best(&sale, Fan::new(), 2, None),
    ] {
        let other = HoldRequest { reservation_id: held.id, ..other };
        let refused = subject.try_place(other).await;
        assert!(matches!(refused, Err(HoldError::OtherReservation)), "{refused:?}");
    }
    subject.let_holds_lapse().await;
    let again = subject.place(request).await;
    assert_eq!((again.id, numbers(&again)), (held.id, numbers(&held)));
    assert_eq!(subject.status(&held).await, "expired");
    assert_eq!(given(&subject, &sale, 2, None).await, [3, 4]);
}

pub async fn the_same_choice_by_many_at_once_is_one(subject: Subject) {
    let (sale, fan) = (on_sale(&subject, &[("Floor", 2, 6)]).await, Fan::new());
    let request = best(&sale, fan, 2, None);
    let holds = (0..20).map(|_| {
        let (subject, request) = (subject.clone(), request.clone());
        async move { subject.place(request).await }
    });
    let held = at_once(holds).await;
    assert!(held.iter().all(|reservation| *reservation == held[0]), "{held:?}");
    subject.assert_sound(&sale, [fan.user]).await;
    assert_eq!(given(&subject, &sale, 2, None).await, [9, 10]);
}

pub async fn pairs_for_one_hundred_and_sixty_at_once_are_different_and_none_is_refused(subject: Subject) {
    let plan: Plan<'_> = &[("A", 40, 50), ("B", 40, 50), ("C", 80, 50)];
    let sale = Arc::new(on_sale(&subject, plan).await);
    assert_eq!(sale.seats.len(), 8000);
    let fans: Vec<Fan> = (0..160).map(|_| Fan::new()).collect();
    let holds = fans.clone().into_iter().map(|fan| {
        let (subject, request) = (subject.clone(), best(&sale, fan, 2, None));
        async move { subject.place(request).await }
    });
    let held = at_once(holds).await;
    for reservation in &held {
        assert_side_by_side(reservation, 2);
    }
    let given: BTreeSet<u32> = held.iter().flat_map(numbers).collect();
    // Of the forty rows of the first section: three pairs in the middle of each, and one more at either side in the half
    // nearest the stage.
    let central = (0..40).flat_map(|row| {
        let places = if row < 20 { 21..=30 } else { 23..=28 };
        places.map(move |place| row * 50 + place)
    });
    assert_eq!(given, central.collect());
    subject.assert_sound(&sale, fans.iter().map(|fan| fan.user)).await;
}

pub async fn pairs_are_given_at_once_to_the_last_one(subject: Subject) {
    let sale = Arc::new(on_sale(&subject, &[("Floor", 4, 10), ("Side", 2, 5)]).await);
    let fans: Vec<Fan> = (0..40).map(|_| Fan::new()).collect();
    // Who may have no more takes nothing from those who may.
    for fan in fans.iter().take(10) {
        let elsewhere = on_sale(&subject, &[("Floor", 1, 1)]).await;
        subject.hold(&elsewhere, *fan, &[0]).await;
    }
    let holds = fans.clone().into_iter().enumerate().map(|(index, fan)| {
        let max_seats_per_user = if index < 10 { 1 } else { LIMIT };
        let request = HoldRequest { max_seats_per_user, ..best(&sale, fan, 2, None) };
        let subject = subject.clone();
        async move { subject.try_place(request).await }
    });
    let (mut given, mut none_left) = (BTreeSet::new(), 0);
    for answer in at_once(holds).await {
        match answer {
            Ok(held) => {
                assert_side_by_side(&held, 2);
                given.extend(numbers(&held));
            }
            Err(HoldError::TooManySeats { max: 1, taken: 0 }) => {}
            Err(HoldError::NotSideBySide { at_most: 1, .. }) => none_left += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    // Two of five leave one at the end of a row, or two apart.
    assert_eq!((given.len(), none_left), (48, 6));
    subject.assert_sound(&sale, fans.iter().map(|fan| fan.user)).await;
}

pub async fn one_fan_on_many_devices_gets_no_more_of_the_best_than_the_limit(subject: Subject) {
    let (sale, fan) = (Arc::new(on_sale(&subject, &[("Floor", 4, 12)]).await), Fan::new());
    let holds = (0..20).map(|index| {
        let device = Fan { user: fan.user, ..Fan::new() };
        let request =
            if index % 4 == 0 { sale.wanted(device, &[index / 4]) } else { best(&sale, device, 1, None) };
        let subject = subject.clone();
        async move { subject.try_place(request).await }
    });
    let answers = at_once(holds).await;
    let held = answers.iter().flatten().flat_map(numbers).count();
    assert_eq!(held, usize::try_from(LIMIT).expect("a number of seats"));
    let refused = answers.iter().filter(|answer| matches!(answer, Err(HoldError::TooManySeats { .. })));
    assert_eq!(refused.count(), 16);
    subject.assert_sound(&sale, [fan.user]).await;
}

pub async fn whoever_takes_the_best_never_loses_to_those_who_name_their_seats(subject: Subject) {
    const ROUNDS: usize = 4;
    let sale = Arc::new(on_sale(&subject, &[("Floor", 10, 12)]).await);
    let users: Vec<UserId> = (0..60).map(|_| UserId(new_id())).collect();
    let visits = users.clone().into_iter().enumerate().map(|(index, user)| {
        let (subject, sale) = (subject.clone(), Arc::clone(&sale));
        async move {
            let mut chosen = 0;
            for round in 0..ROUNDS {
                let fan = Fan { user, ..Fan::new() };
                // Those in the middle, which the others are given too.
                let places = [(index + round) % 10 * 12 + 5, (index + 3 * round) % 10 * 12 + 6];
                let named = index % 3 == 0;
                let request = if named { sale.wanted(fan, &places) } else { best(&sale, fan, 1, None) };
                let held = match subject.try_place(request).await {
                    Ok(held) => held,
                    Err(HoldError::SeatsTaken(taken)) if named && !taken.is_empty() => continue,
                    Err(error) => panic!("{error:?}"),
                };
                chosen += usize::from(!named);
                if (index + round) % 2 == 0 {
                    subject.give_up(&held).await;
                } else if named {
                    let payment = subject.begin(&held).await;
                    subject.settle(&payment, super::stage::TAKEN).await;
                    return chosen;
                }
            }
            chosen
        }
    });
    // At most 40 seats chosen and 40 named at once, of 120: there is always one.
    let chosen: usize = at_once(visits).await.into_iter().sum();
    assert_eq!(chosen, 40 * ROUNDS);
    subject.assert_sound(&sale, users).await;
}
