//! Many at once, and one effect.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::{join, join_all};
use serde_json::json;
use uuid::Uuid;

use crate::fan::Fan;
use crate::hall::{Hall, MAIN_QUEUE, SEAT_PRICE, text};
use crate::stack::Stack;

/// How often each status was answered.
fn tally(statuses: impl IntoIterator<Item = u16>) -> HashMap<u16, usize> {
    let mut tally = HashMap::new();
    for status in statuses {
        *tally.entry(status).or_default() += 1;
    }
    tally
}

#[tokio::test(flavor = "multi_thread")]
async fn of_500_fans_who_want_one_seat_exactly_one_gets_it() {
    let stack = Stack::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "1000")]).await;
    let hall = Hall::open(&stack).await;
    let fans =
        Arc::new([Fan::admitted(&stack).await, Fan::admitted(&stack).await, Fan::admitted(&stack).await]);
    let seat = fans[0].seat(&stack, &hall, 25).await;
    let holds = (0..500).map(|n| {
        let (fan, seat, hall, stack) = (&fans[n % fans.len()], &seat, &hall, &stack);
        async move { fan.hold(stack, hall, &[seat]).await }
    });
    let answers = join_all(holds).await;
    assert_eq!(tally(answers.iter().map(|answer| answer.status)), HashMap::from([(201, 1), (409, 499)]));
    for refused in answers.into_iter().filter(|answer| answer.status == 409) {
        refused.problem(409, "seat_unavailable");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_200_identical_top_ups_with_one_key_one_has_an_effect() {
    let stack = Stack::start().await;
    let fan = Fan::new(&stack).await;
    let path = format!("/v1/wallets/{}/charges", fan.user);
    let charges = (0..200).map(|_| {
        let request = stack.post(&path, json!({ "amount": 1_000 })).bearer(&fan.access).key("one");
        request.send()
    });
    let answers = join_all(charges).await;
    let done: Vec<_> =
        answers.into_iter().filter(|answer| answer.status == 201).map(|answer| answer.body).collect();
    assert!(done.iter().all(|body| *body == done[0]));
    assert_eq!(fan.balance(&stack).await, 1_000);
    assert_eq!(fan.entries(&stack).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_joins_100_times_at_once_has_one_place() {
    let stack = Stack::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let fan = Fan::new(&stack).await;
    let answers = join_all((0..100).map(|_| fan.join(&stack))).await;
    assert_eq!(tally(answers.iter().map(|answer| answer.status)), HashMap::from([(201, 1), (200, 99)]));
    let places: Vec<_> = answers.iter().map(|answer| text(&answer.body, "entryId")).collect();
    assert!(places.iter().all(|place| *place == places[0]));
    assert_eq!(stack.get(&format!("/v1/queues/{MAIN_QUEUE}")).send().await.expect(200)["waiting"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_paid_50_times_at_once_is_debited_once() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, 10 * SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    let answers = join_all((0..50).map(|_| fan.pay(&stack, &reservation))).await;
    for answer in &answers {
        // Captured, still being captured by another, or the pass has done its work meanwhile.
        assert!([201, 202, 401].contains(&answer.status), "{:#}", answer.body);
    }
    let payments: Vec<_> = answers.iter().filter_map(|answer| answer.body["paymentId"].as_str()).collect();
    assert!(!payments.is_empty() && payments.iter().all(|payment| *payment == payments[0]));
    assert_eq!(fan.balance(&stack).await, 9 * SEAT_PRICE);
    assert_eq!(fan.entries(&stack).await.len(), 2);
    let tickets =
        stack.get(&format!("/v1/reservations/{reservation}/tickets")).bearer(&fan.access).send().await;
    assert_eq!(tickets.expect(200)["tickets"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fan_who_asks_for_many_seats_at_once_gets_no_more_than_four() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::admitted(&stack).await;
    let seats = fan.available(&stack, &hall).await;
    let seats: Vec<_> = seats.iter().take(20).map(|seat| text(seat, "seatId")).collect();
    let holds = seats.iter().map(|seat| {
        let (fan, stack, hall) = (&fan, &stack, &hall);
        async move { fan.hold(stack, hall, &[seat]).await }
    });
    let answers = join_all(holds).await;
    assert_eq!(tally(answers.iter().map(|answer| answer.status)), HashMap::from([(201, 4), (409, 16)]));
    let unknown = Uuid::nil().to_string();
    fan.hold(&stack, &hall, &[&unknown]).await.problem(404, "not_found");
}

/// GUARANTEES, faults: ten times the load. How fast those inside are served meanwhile is the benchmark's to say.
#[tokio::test(flavor = "multi_thread")]
async fn ten_times_the_load_is_shed_at_the_door_and_whoever_is_inside_goes_on_buying() {
    let limits = [("BOXOFFICE__QUEUE__MAX_ACTIVE", "10"), ("BOXOFFICE__QUEUE__POLL_BUDGET", "true")];
    let stack = &Stack::start_with(&limits).await;
    let hall = &Hall::open(stack).await;
    let inside = join_all((0..10).map(|_| Fan::with_money(stack, SEAT_PRICE))).await;
    // Nobody is let in for those who pay, so that whoever stands outside stays there.
    let pause = stack.put(&format!("/v1/admin/queues/{MAIN_QUEUE}"), json!({ "maxActive": 0 }));
    pause.bearer(stack.operator()).send().await.expect(200);
    let outside = join_all((0..50).map(|_| Fan::waiting(stack))).await;
    let polls = outside.iter().flat_map(|fan| (0..10).map(|_| fan.look(stack)));
    let purchases = inside.iter().zip(1..).map(|(fan, number)| async move {
        let reservation = fan.hold_number(stack, hall, number).await;
        fan.pay(stack, &reservation).await.expect(201)
    });
    let (polls, purchases) = join(join_all(polls), join_all(purchases)).await;
    assert!(purchases.iter().all(|payment| payment["status"] == "captured"), "{purchases:?}");
    let (shed, served): (Vec<_>, Vec<_>) = polls.into_iter().partition(|poll| poll.status == 429);
    assert!(served.iter().all(|poll| poll.status == 200) && served.len() >= outside.len());
    assert!(!shed.is_empty());
    for poll in shed {
        assert!(poll.header("retry-after").is_some());
        poll.problem(429, "too_many_requests");
    }
}
