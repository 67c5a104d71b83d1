//! Requirement document 004, the strictest: WAITING, PROGRESS, EXPIRED, DONE and what every failure answers.
//! The document's words on the wire: WAITING is `waiting`, PROGRESS `admitted`, EXPIRED `expired`, DONE `done`.

use chrono::TimeDelta;
use serde_json::json;

use crate::fan::Fan;
use crate::hall::{Hall, MAIN_QUEUE, SEAT_PRICE, add_concert, text};
use crate::stack::{Stack, eventually};

const ONE_INSIDE: (&str, &str) = ("BOXOFFICE__QUEUE__MAX_ACTIVE", "1");
const NOBODY_INSIDE: (&str, &str) = ("BOXOFFICE__QUEUE__MAX_ACTIVE", "0");
const SHORT_PASS: (&str, &str) = ("BOXOFFICE__QUEUE__PASS_TTL_SECONDS", "2");
const SHORT_HOLD: (&str, &str) = ("BOXOFFICE__RESERVATION__HOLD_TTL_SECONDS", "2");

/// A fan whose pass has run out, as every service sees it.
async fn with_an_expired_pass(stack: &Stack) -> Fan {
    let fan = Fan::briefly_admitted(stack).await;
    eventually("the pass has run out", || async { (fan.look(stack).await.status == 401).then_some(()) })
        .await;
    fan
}

#[tokio::test(flavor = "multi_thread")]
async fn token_for_a_user_already_in_line_is_the_one_they_have() {
    let stack = Stack::start_with(&[NOBODY_INSIDE]).await;
    let fan = Fan::waiting(&stack).await;
    let again = fan.join(&stack).await.expect(200);
    assert_eq!(text(&again, "queueToken"), fan.queue_token);
}

#[tokio::test(flavor = "multi_thread")]
async fn token_for_a_user_new_in_line_is_a_new_one() {
    let stack = Stack::start_with(&[NOBODY_INSIDE]).await;
    let (one, two) = (Fan::waiting(&stack).await, Fan::waiting(&stack).await);
    assert_ne!(one.queue_token, two.queue_token);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scheduler_expires_admissions_that_have_run_out() {
    let stack = Stack::start_with(&[ONE_INSIDE, SHORT_PASS]).await;
    let first = Fan::briefly_admitted(&stack).await;
    Fan::briefly_admitted(&stack).await;
    assert_eq!(first.look(&stack).await.problem(401, "pass_expired")["entryStatus"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn poll_with_an_expired_token_answers_expired() {
    let stack = Stack::start_with(&[SHORT_PASS]).await;
    let fan = with_an_expired_pass(&stack).await;
    assert_eq!(fan.look(&stack).await.problem(401, "pass_expired")["entryStatus"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn poll_below_the_limit_answers_progress_for_ten_minutes() {
    let stack = Stack::start_with(&[ONE_INSIDE]).await;
    let fan = Fan::admitted(&stack).await;
    let entry = fan.look(&stack).await.expect(200);
    let until: chrono::DateTime<chrono::Utc> = text(&entry, "passExpiresAt").parse().unwrap();
    let left = (until - crate::hall::from_now(TimeDelta::zero())).num_seconds();
    assert!((590..=601).contains(&left), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn poll_with_others_in_front_answers_waiting_with_the_place() {
    let stack = Stack::start_with(&[ONE_INSIDE]).await;
    let _inside = Fan::admitted(&stack).await;
    let (_first, second) = (Fan::waiting(&stack).await, Fan::waiting(&stack).await);
    let entry = second.look(&stack).await.expect(200);
    assert_eq!((&entry["status"], &entry["position"]), (&"waiting".into(), &2.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn poll_at_the_limit_answers_waiting() {
    let stack = Stack::start_with(&[ONE_INSIDE]).await;
    let _inside = Fan::admitted(&stack).await;
    let fan = Fan::waiting(&stack).await;
    assert_eq!(fan.look(&stack).await.expect(200)["status"], "waiting");
    let overview = stack.get(&format!("/v1/queues/{MAIN_QUEUE}")).send().await.expect(200);
    assert_eq!((&overview["admitted"], &overview["waiting"]), (&1.into(), &1.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_given_back_lets_the_oldest_in_line_in() {
    let stack = Stack::start_with(&[ONE_INSIDE]).await;
    let hall = Hall::open(&stack).await;
    let inside = Fan::admitted(&stack).await;
    let reservation = inside.hold_number(&stack, &hall, 1).await;
    let (mut oldest, youngest) = (Fan::waiting(&stack).await, Fan::waiting(&stack).await);
    inside.release(&stack, &reservation).await.expect(204);
    oldest.be_admitted(&stack).await;
    assert_eq!(youngest.look(&stack).await.expect(200)["position"], 1);
    inside.look(&stack).await.problem(401, "pass_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_lapses_lets_the_oldest_in_line_in() {
    let stack = Stack::start_with(&[ONE_INSIDE, SHORT_HOLD]).await;
    let hall = Hall::open(&stack).await;
    let inside = Fan::admitted(&stack).await;
    let mut oldest = Fan::waiting(&stack).await;
    inside.hold_number(&stack, &hall, 1).await;
    oldest.be_admitted(&stack).await;
    oldest.hold_number(&stack, &hall, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_given_back_with_nobody_in_line_leaves_the_fan_inside() {
    let stack = Stack::start_with(&[ONE_INSIDE]).await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::admitted(&stack).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    fan.release(&stack, &reservation).await.expect(204);
    fan.hold_number(&stack, &hall, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_with_an_expired_token_are_refused() {
    let stack = Stack::start_with(&[SHORT_PASS]).await;
    let hall = Hall::open(&stack).await;
    let fan = with_an_expired_pass(&stack).await;
    fan.schedules(&stack, &hall).await.problem(401, "pass_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_for_a_user_not_through_the_queue_are_refused() {
    let stack = Stack::start_with(&[NOBODY_INSIDE]).await;
    let hall = Hall::open(&stack).await;
    let mut fan = Fan::waiting(&stack).await;
    fan.pass = fan.queue_token.clone();
    fan.schedules(&stack, &hall).await.problem(403, "not_admitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_of_a_concert_without_dates_are_none() {
    let stack = Stack::start().await;
    let concert = add_concert(&stack, TimeDelta::days(-1), TimeDelta::days(1)).await;
    let hall = Hall { concert, schedule: String::new() };
    let fan = Fan::admitted(&stack).await;
    assert_eq!(fan.schedules(&stack, &hall).await.expect(200)["schedules"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_say_whether_they_are_sold_out() {
    let stack = Stack::start().await;
    let hall = Hall::open_with(&stack, 1, 2, TimeDelta::days(-1), TimeDelta::days(1)).await;
    let fan = Fan::with_money(&stack, 2 * SEAT_PRICE).await;
    let schedule = fan.schedules(&stack, &hall).await.expect(200)["schedules"][0].clone();
    assert_eq!((&schedule["seatsTotal"], &schedule["seatsAvailable"]), (&2.into(), &2.into()));
    assert_eq!(schedule["soldOut"], false);
    let seats = [fan.seat(&stack, &hall, 1).await, fan.seat(&stack, &hall, 2).await];
    let held = fan.hold(&stack, &hall, &[&seats[0], &seats[1]]).await.expect(201);
    fan.pay(&stack, &text(&held, "reservationId")).await.expect(201);
    let next = Fan::admitted(&stack).await;
    eventually("it is sold out", || async {
        let schedule = next.schedules(&stack, &hall).await.expect(200)["schedules"][0].clone();
        (schedule["seatsAvailable"] == 0 && schedule["soldOut"] == true).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_with_an_expired_token_are_refused() {
    let stack = Stack::start_with(&[SHORT_PASS]).await;
    let hall = Hall::open(&stack).await;
    with_an_expired_pass(&stack).await.seats(&stack, &hall).await.problem(401, "pass_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_for_a_waiting_user_are_refused() {
    let stack = Stack::start_with(&[NOBODY_INSIDE]).await;
    let hall = Hall::open(&stack).await;
    let mut fan = Fan::waiting(&stack).await;
    fan.pass = fan.queue_token.clone();
    fan.seats(&stack, &hall).await.problem(403, "not_admitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_that_are_all_taken_are_none() {
    let stack = Stack::start().await;
    let hall = Hall::open_with(&stack, 1, 1, TimeDelta::days(-1), TimeDelta::days(1)).await;
    let fan = Fan::admitted(&stack).await;
    fan.hold_number(&stack, &hall, 1).await;
    fan.sees_available(&stack, &hall, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_come_with_their_status() {
    let stack = Stack::start().await;
    let hall = Hall::open_with(&stack, 1, 3, TimeDelta::days(-1), TimeDelta::days(1)).await;
    let (buyer, holder) = (Fan::with_money(&stack, SEAT_PRICE).await, Fan::admitted(&stack).await);
    let sold = buyer.hold_number(&stack, &hall, 1).await;
    buyer.pay(&stack, &sold).await.expect(201);
    holder.hold_number(&stack, &hall, 2).await;
    eventually("each seat has its status", || async {
        let body = holder.seats(&stack, &hall).await.expect(200);
        let statuses = body["seats"].as_array().unwrap().iter().map(|seat| seat["status"].as_str().unwrap());
        statuses.eq(["sold", "held", "available"]).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reservation_with_an_expired_token_is_refused() {
    let stack = Stack::start_with(&[SHORT_PASS]).await;
    let hall = Hall::open(&stack).await;
    let fan = with_an_expired_pass(&stack).await;
    fan.hold(&stack, &hall, &[&uuid::Uuid::nil().to_string()]).await.problem(401, "pass_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn reservation_while_waiting_is_refused() {
    let stack = Stack::start_with(&[NOBODY_INSIDE]).await;
    let hall = Hall::open(&stack).await;
    let mut fan = Fan::waiting(&stack).await;
    fan.pass = fan.queue_token.clone();
    fan.hold(&stack, &hall, &[&uuid::Uuid::nil().to_string()]).await.problem(403, "not_admitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn reservation_of_a_seat_already_reserved_is_refused() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let (buyer, late) = (Fan::with_money(&stack, SEAT_PRICE).await, Fan::admitted(&stack).await);
    let seat = buyer.seat(&stack, &hall, 5).await;
    let reservation = text(&buyer.hold(&stack, &hall, &[&seat]).await.expect(201), "reservationId");
    late.hold(&stack, &hall, &[&seat]).await.problem(409, "seat_unavailable");
    buyer.pay(&stack, &reservation).await.expect(201);
    late.hold(&stack, &hall, &[&seat]).await.problem(409, "seat_unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn reservation_of_a_free_seat_is_temporary() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::admitted(&stack).await;
    let reservation = fan.hold_number(&stack, &hall, 5).await;
    assert_eq!(fan.reservation(&stack, &reservation).await["status"], "held");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scheduler_frees_seats_not_paid_in_time() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::admitted(&stack).await;
    let reservation = fan.hold_number(&stack, &hall, 5).await;
    fan.sees_available(&stack, &hall, 49).await;
    stack.let_holds_lapse().await;
    fan.sees_available(&stack, &hall, 50).await;
    assert_eq!(fan.reservation(&stack, &reservation).await["status"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn top_up_of_a_user_who_is_not_there_is_refused() {
    let stack = Stack::start().await;
    let fan = Fan::new(&stack).await;
    let path = format!("/v1/wallets/{}/charges", uuid::Uuid::nil());
    stack.post(&path, json!({ "amount": 1 })).bearer(&fan.access).send().await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn top_up_of_nothing_or_less_is_refused() {
    let stack = Stack::start().await;
    let fan = Fan::new(&stack).await;
    for amount in [0, -1] {
        let problem = fan.charge(&stack, amount).await.problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], "amount");
    }
    assert!(fan.entries(&stack).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn top_up_answers_the_new_balance_and_is_on_record() {
    let stack = Stack::start().await;
    let fan = Fan::new(&stack).await;
    assert_eq!(fan.charge(&stack, 10_000).await.expect(201)["balance"], 10_000);
    let entries = fan.entries(&stack).await;
    assert_eq!((&entries[0]["type"], &entries[0]["amount"]), (&"charge".into(), &10_000.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn balance_of_a_user_who_is_not_there_is_refused() {
    let stack = Stack::start().await;
    let fan = Fan::new(&stack).await;
    let path = format!("/v1/wallets/{}", uuid::Uuid::nil());
    stack.get(&path).bearer(&fan.access).send().await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn balance_is_answered() {
    let stack = Stack::start().await;
    let fan = Fan::new(&stack).await;
    fan.charge(&stack, 77).await.expect(201);
    assert_eq!(fan.balance(&stack).await, 77);
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_with_too_little_balance_is_refused() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::admitted(&stack).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    fan.pay(&stack, &reservation).await.problem(402, "insufficient_balance");
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_of_a_reservation_that_is_not_valid_is_refused() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    fan.pay(&stack, &uuid::Uuid::nil().to_string()).await.problem(404, "not_found");
    let released = fan.hold_number(&stack, &hall, 1).await;
    fan.release(&stack, &released).await.expect(204);
    fan.pay(&stack, &released).await.problem(409, "hold_expired");
    let other = Fan::with_money(&stack, SEAT_PRICE).await;
    let others = other.hold_number(&stack, &hall, 2).await;
    fan.pay(&stack, &others).await.problem(404, "not_found");
    assert_eq!(fan.balance(&stack).await, SEAT_PRICE);
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_that_goes_through_does_everything_at_once() {
    let stack = Stack::start_with(&[ONE_INSIDE]).await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    let mut next = Fan::waiting(&stack).await;
    let payment = fan.pay(&stack, &reservation).await.expect(201);
    assert_eq!(payment["status"], "captured");
    assert_eq!(fan.balance(&stack).await, 0);
    let entries = fan.entries(&stack).await;
    assert_eq!((&entries[0]["type"], &entries[0]["amount"]), (&"payment".into(), &(-SEAT_PRICE).into()));
    assert_eq!(entries[0]["reference"], payment["paymentId"]);
    assert_eq!(fan.look(&stack).await.problem(401, "pass_expired")["entryStatus"], "done");
    next.be_admitted(&stack).await;
    next.sees(&stack, &hall, 1, "sold").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_out_of_turn_is_refused() {
    let stack = Stack::start_with(&[("BOXOFFICE__QUEUE__PASS_TTL_SECONDS", "15")]).await;
    let hall = Hall::open(&stack).await;
    let mut fan = Fan::with_money(&stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    let pass = std::mem::replace(&mut fan.pass, fan.access.clone());
    fan.pay(&stack, &reservation).await.problem(403, "not_admitted");
    fan.pass = fan.queue_token.clone();
    fan.pay(&stack, &reservation).await.problem(403, "not_admitted");
    fan.pass = pass;
    eventually("the pass has run out", || async { (fan.look(&stack).await.status == 401).then_some(()) })
        .await;
    fan.pay(&stack, &reservation).await.problem(401, "pass_expired");
    assert_eq!(fan.balance(&stack).await, SEAT_PRICE);
}
