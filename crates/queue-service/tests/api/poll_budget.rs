use serde_json::json;

use super::{Fan, House, MAIN_QUEUE, PATIENCE, eventually};

/// Joins and uses up the poll that is always free.
async fn who_has_polled(house: &House) -> Fan {
    let fan = house.join(MAIN_QUEUE).await;
    assert_eq!(house.see(&fan).await.expect(200)["status"], "waiting");
    fan
}

async fn strict() -> House {
    House::open_with(&[("BOXOFFICE__QUEUE__POLL_BUDGET", "true"), ("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")])
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_that_comes_too_early_is_refused_with_the_time_to_wait() {
    let house = strict().await;
    let (fan, other) = (who_has_polled(&house).await, house.join(MAIN_QUEUE).await);
    // One that a busy machine holds up may come in its time; of those that come in a row one does not.
    let reply = eventually("a poll is too early", async || {
        let reply = house.see(&fan).await;
        (reply.status != 200).then_some(reply)
    })
    .await;
    assert_eq!(reply.header("retry-after"), Some("1"));
    reply.problem(429, "too_many_requests");
    // Everybody has a budget of their own, and leaving or joining again is no poll.
    house.see(&other).await.expect(200);
    house.queue.post(&super::entries(MAIN_QUEUE), json!({})).bearer(&fan.access).send().await.expect(200);
    house.queue.delete(&fan.path).bearer(&fan.token).send().await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_with_a_forged_token_costs_the_fan_nothing() {
    let house = strict().await;
    let fan = house.join(MAIN_QUEUE).await;
    let mut forged = fan.token.clone();
    forged.replace_range(forged.len() - 8.., "AAAAAAAA");
    house.queue.get(&fan.path).bearer(&forged).send().await.problem(401, "unauthenticated");
    house.see(&fan).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_inside_may_look_at_any_time() {
    let house = strict().await;
    let fan = who_has_polled(&house).await;
    house.configure(MAIN_QUEUE, json!({ "maxActive": 1 })).await.expect(200);
    let inside = async { while house.see(&fan).await.status == 429 {} };
    tokio::time::timeout(PATIENCE, inside).await.expect("the budget is lifted");
    // An interval of half a second is over before the limit is reached, or the admission lifted it: either way the
    // next looks show whether the fan is inside, and then none is refused.
    let admitted = async {
        loop {
            let reply = house.see(&fan).await;
            if reply.status == 200 && reply.body["status"] == "admitted" {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, admitted).await.expect("the fan is let in");
    for _ in 0..3 {
        house.see(&fan).await.expect(200);
    }
}
