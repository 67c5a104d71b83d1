//! Requirement document 003: token, dates and seats, holds, balance, payment.

use serde_json::json;

use crate::fan::Fan;
use crate::hall::{Hall, SEAT_PRICE, text};
use crate::stack::{Stack, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_issued_with_the_users_place_in_line() {
    let stack = Stack::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let fan = Fan::new(&stack).await;
    let entry = fan.join(&stack).await.expect(201);
    assert!(
        uuid::Uuid::try_parse(&fan.user).is_ok() && uuid::Uuid::try_parse(&text(&entry, "entryId")).is_ok()
    );
    assert_eq!(entry["position"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_joining_works_without_a_pass() {
    let stack = Stack::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let hall = Hall::open(&stack).await;
    let mut fan = Fan::waiting(&stack).await;
    fan.schedules(&stack, &hall).await.problem(401, "unauthenticated");
    for credential in [fan.queue_token.clone(), fan.access.clone()] {
        fan.pass = credential;
        fan.schedules(&stack, &hall).await.problem(403, "not_admitted");
        fan.seats(&stack, &hall).await.problem(403, "not_admitted");
        fan.hold(&stack, &hall, &[&uuid::Uuid::nil().to_string()]).await.problem(403, "not_admitted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_are_numbered_one_to_fifty() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::admitted(&stack).await;
    let numbers: Vec<_> =
        fan.available(&stack, &hall).await.iter().map(|seat| seat["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_can_be_had_is_held_for_about_five_minutes() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::admitted(&stack).await;
    let seat = fan.seat(&stack, &hall, 50).await;
    let held = fan.hold(&stack, &hall, &[&seat]).await.expect(201);
    let seconds = held["expiresInSeconds"].as_i64().unwrap();
    assert!((295..=300).contains(&seconds), "{seconds}");
    fan.sees(&stack, &hall, 50, "held").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_cannot_be_had_is_refused_and_the_map_says_so() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let (first, second) = (Fan::admitted(&stack).await, Fan::admitted(&stack).await);
    first.hold_number(&stack, &hall, 3).await;
    let seat = second.seat(&stack, &hall, 3).await;
    second.hold(&stack, &hall, &[&seat]).await.problem(409, "seat_unavailable");
    second.sees(&stack, &hall, 3, "held").await;
    assert!(second.available(&stack, &hall).await.iter().all(|free| free["number"] != 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scheduler_frees_holds_that_were_not_paid() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let (first, second) = (Fan::admitted(&stack).await, Fan::admitted(&stack).await);
    first.hold_number(&stack, &hall, 3).await;
    second.sees_available(&stack, &hall, 49).await;
    stack.let_holds_lapse().await;
    second.sees_available(&stack, &hall, 50).await;
    second.hold_number(&stack, &hall, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_balance_is_answered_to_its_owner_alone() {
    let stack = Stack::start().await;
    let (fan, other) = (Fan::new(&stack).await, Fan::new(&stack).await);
    assert_eq!(fan.balance(&stack).await, 0);
    stack
        .get(&format!("/v1/wallets/{}", fan.user))
        .bearer(&other.access)
        .send()
        .await
        .problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_top_up_goes_through_the_payment_provider() {
    let stack = Stack::start().await;
    let fan = Fan::new(&stack).await;
    assert_eq!(fan.charge(&stack, 50_000).await.expect(201)["balance"], 50_000);
    fan.charge(&stack, 13_000_013).await.problem(402, "charge_declined");
    let unanswered = fan.charge(&stack, 13_000_014).await;
    assert!(unanswered.header("retry-after").is_some());
    unanswered.problem(503, "unavailable");
    assert_eq!(fan.balance(&stack).await, 50_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_of_a_valid_hold_gives_the_seat_and_ends_the_token() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 9).await;
    let payment = fan.pay(&stack, &reservation).await.expect(201);
    // The payment is on record, the seat is the fan's, the token has ended.
    let path = format!("/v1/payments/{}", text(&payment, "paymentId"));
    assert_eq!(stack.get(&path).bearer(&fan.access).send().await.expect(200)["status"], "captured");
    let path = format!("/v1/reservations/{reservation}/tickets");
    let tickets = stack.get(&path).bearer(&fan.access).send().await.expect(200);
    assert_eq!(tickets["tickets"][0]["number"], 9);
    assert_eq!(fan.look(&stack).await.problem(401, "pass_expired")["entryStatus"], "done");
    eventually("every service refuses the pass", || async {
        (fan.seats(&stack, &hall).await.status == 401).then_some(())
    })
    .await;
    fan.hold(&stack, &hall, &[&uuid::Uuid::nil().to_string()]).await.problem(401, "pass_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_fails_leaves_everything_as_it_was() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::admitted(&stack).await;
    let reservation = fan.hold_number(&stack, &hall, 9).await;
    fan.pay(&stack, &reservation).await.problem(402, "insufficient_balance");
    assert_eq!(fan.reservation(&stack, &reservation).await["status"], "held");
    assert_eq!(fan.balance(&stack).await, 0);
    assert_eq!(fan.look(&stack).await.expect(200)["status"], "admitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_reservation_can_be_cancelled_and_is_refunded() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 9).await;
    let payment = text(&fan.pay(&stack, &reservation).await.expect(201), "paymentId");
    fan.release(&stack, &reservation).await.expect(204);
    assert_eq!(fan.reservation(&stack, &reservation).await["status"], "cancelled");
    assert_eq!(fan.balance(&stack).await, SEAT_PRICE);
    let path = format!("/v1/payments/{payment}");
    assert_eq!(stack.get(&path).bearer(&fan.access).send().await.expect(200)["status"], "refunded");
    let types: Vec<_> = fan.entries(&stack).await.iter().map(|entry| entry["type"].clone()).collect();
    assert_eq!(types, [json!("refund"), json!("payment"), json!("charge")]);
    let next = Fan::admitted(&stack).await;
    next.hold_number(&stack, &hall, 9).await;
}
