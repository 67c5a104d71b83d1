//! The best available seats, from the line to the ticket.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use test_kit::Reply;

use crate::fan::Fan;
use crate::hall::{Hall, SEAT_PRICE, text};
use crate::stack::{Stack, eventually};

async fn best(stack: &Stack, hall: &Hall, fan: &Fan, quantity: u32) -> Reply {
    let body = json!({ "scheduleId": hall.schedule, "bestAvailable": { "quantity": quantity } });
    stack.post("/v1/reservations", body).bearer(&fan.pass).send().await
}

fn numbers(reservation: &Value) -> Vec<u64> {
    reservation["seats"].as_array().unwrap().iter().map(|seat| seat["number"].as_u64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn fans_who_take_the_best_there_are_at_once_get_different_pairs_until_none_is_left() {
    let stack = Stack::start().await;
    let hall = Hall::open(&stack).await;
    let rich = Fan::with_money(&stack, 2 * SEAT_PRICE).await;
    let first = best(&stack, &hall, &rich, 2).await.expect(201);
    assert_eq!((numbers(&first), &first["amount"]), (vec![5, 6], &json!(2 * SEAT_PRICE)));

    // Twenty-four pairs are left for thirteen fans, who may have two of them each.
    let fans = join_all((0..13).map(|_| Fan::admitted(&stack))).await;
    let holds = fans.iter().flat_map(|fan| [fan, fan]).map(|fan| best(&stack, &hall, fan, 2));
    let answers = join_all(holds).await;
    let (held, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((held.len(), refused.len()), (24, 2));
    let pairs = held.iter().map(|answer| numbers(&answer.body));
    let given: BTreeSet<u64> = pairs.inspect(|pair| assert_eq!(pair[1], pair[0] + 1)).flatten().collect();
    assert_eq!(given, (1..=50).filter(|number| ![5, 6].contains(number)).collect());
    for answer in refused {
        let problem = answer.problem(409, "seat_unavailable");
        assert_eq!((&problem["conflicts"], &problem["mostSideBySide"]), (&json!([]), &json!(0)));
    }
    rich.sees_available(&stack, &hall, 0).await;

    let paid = rich.pay(&stack, &text(&first, "reservationId")).await.expect(201);
    assert_eq!(paid["amount"], 2 * SEAT_PRICE);
    eventually("the pair is sold", || async {
        let body = fans[0].seats(&stack, &hall).await.expect(200);
        let sold = body["seats"].as_array().unwrap().iter().filter(|seat| seat["status"] == "sold");
        (sold.count() == 2).then_some(())
    })
    .await;
}
