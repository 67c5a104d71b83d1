//! Requirement document 000: the flow chart of a booking and its three sequences.

use crate::fan::Fan;
use crate::hall::{Hall, SEAT_PRICE, admit_at_most, text};
use crate::stack::{Stack, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn queue_without_a_token_a_new_one_is_made() {
    let stack = Stack::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let fan = Fan::new(&stack).await;
    let entry = fan.join(&stack).await.expect(201);
    assert_eq!((&entry["status"], &entry["position"]), (&"waiting".into(), &1.into()));
    assert!(!text(&entry, "queueToken").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn queue_with_a_token_the_same_place_comes_back() {
    let stack = Stack::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let fan = Fan::new(&stack).await;
    let first = fan.join(&stack).await.expect(201);
    let again = fan.join(&stack).await.expect(200);
    assert_eq!(first["entryId"], again["entryId"]);
    assert_eq!(again["position"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn poll_with_a_token_that_has_ended_cancels_the_wait() {
    let stack = Stack::start_with(&[("BOXOFFICE__QUEUE__PASS_TTL_SECONDS", "2")]).await;
    let fan = Fan::briefly_admitted(&stack).await;
    let problem = eventually("the token has ended", || async {
        let answer = fan.look(&stack).await;
        (answer.status != 200).then_some(answer)
    });
    let problem = problem.await.problem(401, "pass_expired");
    assert_eq!(problem["entryStatus"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn poll_once_through_the_queue_says_so() {
    let stack = Stack::start().await;
    let fan = Fan::admitted(&stack).await;
    let entry = fan.look(&stack).await.expect(200);
    assert_eq!((&entry["status"], &entry["position"]), (&"admitted".into(), &0.into()));
    assert!(entry["passExpiresAt"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn poll_while_waiting_says_how_many_are_in_front_plus_one() {
    let stack = Stack::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let fans = [Fan::waiting(&stack).await, Fan::waiting(&stack).await, Fan::waiting(&stack).await];
    for (ahead, fan) in fans.iter().enumerate() {
        let entry = fan.look(&stack).await.expect(200);
        assert_eq!((&entry["ahead"], &entry["position"]), (&ahead.into(), &(ahead + 1).into()));
        assert_eq!(entry["waiting"], 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_then_seats_are_answered() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::admitted(&stack).await;
    let dates = fan.schedules(&stack, &hall).await.expect(200);
    assert_eq!(dates["schedules"][0]["scheduleId"], hall.schedule.as_str());
    assert_eq!(fan.available(&stack, &hall).await.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_nobody_has_taken_leads_to_payment() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 7).await;
    assert_eq!(fan.reservation(&stack, &reservation).await["status"], "held");
    fan.pay(&stack, &reservation).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_somebody_has_taken_is_refused_and_another_can_be_chosen() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let (first, second) = (Fan::admitted(&stack).await, Fan::admitted(&stack).await);
    first.hold_number(&stack, &hall, 7).await;
    let seat = second.seat(&stack, &hall, 7).await;
    let problem = second.hold(&stack, &hall, &[&seat]).await.problem(409, "seat_unavailable");
    assert_eq!(problem["conflicts"][0], seat.as_str());
    second.hold_number(&stack, &hall, 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_within_the_hold_makes_the_reservation() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    fan.pay(&stack, &reservation).await.expect(201);
    assert_eq!(fan.reservation(&stack, &reservation).await["status"], "confirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_after_the_hold_has_lapsed_fails() {
    let stack = Stack::start_with(&[("BOXOFFICE__RESERVATION__HOLD_TTL_SECONDS", "1")]).await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    eventually("the hold has lapsed", || async {
        (fan.reservation(&stack, &reservation).await["status"] == "expired").then_some(())
    })
    .await;
    fan.pay(&stack, &reservation).await.problem(409, "hold_expired");
    assert_eq!(fan.balance(&stack).await, SEAT_PRICE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_top_up_is_answered_when_it_is_done() {
    let stack = Stack::start().await;
    let fan = Fan::new(&stack).await;
    assert_eq!(fan.charge(&stack, 30_000).await.expect(201)["balance"], 30_000);
    assert_eq!(fan.charge(&stack, 12_000).await.expect(201)["balance"], 42_000);
    assert_eq!(fan.balance(&stack).await, 42_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_with_enough_balance_answers_with_the_payment() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE + 1).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    let payment = fan.pay(&stack, &reservation).await.expect(201);
    assert_eq!((&payment["status"], &payment["amount"]), (&"captured".into(), &SEAT_PRICE.into()));
    assert_eq!(payment["balance"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_with_too_little_balance_fails_and_the_hold_stands() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE - 1).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    let problem = fan.pay(&stack, &reservation).await.problem(402, "insufficient_balance");
    assert_eq!((&problem["balance"], &problem["required"]), (&(SEAT_PRICE - 1).into(), &SEAT_PRICE.into()));
    fan.charge(&stack, 1).await.expect(201);
    fan.pay(&stack, &reservation).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_enter_yet_stays_in_line() {
    let stack = Stack::start_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "1")]).await;
    let _inside = Fan::admitted(&stack).await;
    let mut outside = Fan::waiting(&stack).await;
    assert_eq!(outside.look(&stack).await.expect(200)["status"], "waiting");
    admit_at_most(&stack, 2).await;
    outside.be_admitted(&stack).await;
}
