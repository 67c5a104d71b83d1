use serde_json::json;

use super::{Fan, House, MAIN_QUEUE, PATIENCE, entries, new_id};

fn ending(fan: &Fan, ending: &str) -> serde_json::Value {
    json!({ "passId": fan.entry, "ending": ending })
}

async fn revoked(house: &House, after: &str) -> serde_json::Value {
    let ask = house.queue.get(&format!("/internal/v1/passes/revoked{after}"));
    house.as_service(ask, "concert-service").send().await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_service_that_sells_seats_ends_admissions() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    house.admitted(&fan).await;
    for verb in ["finished", "slotYielded"] {
        let endings = json!({ "endings": [ending(&fan, verb)] });
        let end = || house.queue.post("/internal/v1/passes/endings", endings.clone());
        end().send().await.problem(401, "unauthenticated");
        end().bearer("reservation-service:guessed").send().await.problem(401, "unauthenticated");
        end().bearer(&fan.access).send().await.problem(403, "not_admitted");
        end().bearer(&fan.token).send().await.problem(403, "not_admitted");
        house.as_service(end(), "wallet-service").send().await.problem(403, "not_admitted");
    }
    assert_eq!(house.see(&fan).await.expect(200)["status"], "admitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_pass_is_done_however_often_it_is_finished() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    house.admitted(&fan).await;
    for _ in 0..3 {
        house.finish(&[&fan]).await;
    }
    assert_eq!(house.see(&fan).await.problem(401, "pass_expired")["entryStatus"], "done");
    assert_eq!(revoked(&house, "").await["revoked"].as_array().unwrap().len(), 1);
    // A pass that never was has ended as well as any.
    let nobody = json!([{ "passId": new_id(), "ending": "finished" }]);
    assert_eq!(house.end(nobody.clone()).await.expect(200)["ended"], nobody);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_is_yielded_once_somebody_waits() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    house.admitted(&fan).await;
    let hand_on = async || {
        let endings = json!([ending(&fan, "slotYielded")]);
        assert_eq!(house.end(endings.clone()).await.expect(200)["ended"], endings);
    };
    hand_on().await;
    assert_eq!(house.see(&fan).await.expect(200)["status"], "admitted");
    let next = house.join(MAIN_QUEUE).await;
    hand_on().await;
    hand_on().await;
    assert_eq!(house.see(&fan).await.problem(401, "pass_expired")["entryStatus"], "expired");
    house.admitted(&next).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_of_endings_is_done_in_one_call_and_each_slot_is_filled_again() {
    let house = House::open_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "3")]).await;
    let mut fans = Vec::new();
    for _ in 0..6 {
        fans.push(house.join(MAIN_QUEUE).await);
    }
    for fan in &fans[..3] {
        house.admitted(fan).await;
    }
    // Two ways to end, the same one twice, and both of one pass.
    let endings = json!([
        ending(&fans[0], "finished"),
        ending(&fans[1], "slotYielded"),
        ending(&fans[0], "finished"),
        ending(&fans[2], "finished"),
        ending(&fans[2], "slotYielded"),
    ]);
    assert_eq!(house.end(endings.clone()).await.expect(200), json!({ "ended": endings }));
    for fan in &fans[..3] {
        house.see(fan).await.problem(401, "pass_expired");
    }
    for fan in &fans[3..] {
        house.admitted(fan).await;
    }
    assert_eq!(revoked(&house, "").await["revoked"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_set_of_endings_is_named_and_none_of_it_done() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    house.admitted(&fan).await;
    let good = ending(&fan, "finished");
    let (many, one_more) = (vec![good.clone(); 501], json!({ "passId": fan.entry }));
    for (endings, at_fault) in [
        (json!([]), "endings"),
        (json!(many), "endings"),
        (json!([good, one_more]), "endings[1].ending"),
        (json!([good, { "passId": "Kim", "ending": "finished" }]), "endings[1].passId"),
        (json!([good, ending(&fan, "stolen")]), "endings[1].ending"),
        (json!([good, { "passId": fan.entry, "ending": "finished", "by": "Kim" }]), "endings[1].by"),
    ] {
        let problem = house.end(endings).await.problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], at_fault);
    }
    assert_eq!(house.see(&fan).await.expect(200)["status"], "admitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_service_may_follow_what_is_revoked_and_nobody_else() {
    let house = House::open_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "2")]).await;
    let (first, second) = (house.join(MAIN_QUEUE).await, house.join(MAIN_QUEUE).await);
    let ends = house.admitted(&first).await["passExpiresAt"].clone();
    house.admitted(&second).await;
    let nothing = revoked(&house, "?after=0").await;
    assert_eq!((&nothing["revoked"], &nothing["version"]), (&json!([]), &json!(0)));
    house.finish(&[&first]).await;
    let one = revoked(&house, "").await;
    assert_eq!(one["revoked"], json!([{ "passId": first.entry, "expiresAt": ends }]));
    house.finish(&[&second]).await;
    let next = revoked(&house, &format!("?after={}", one["version"])).await;
    assert_eq!(next["revoked"][0]["passId"], second.entry.as_str());
    assert_eq!(next["revoked"].as_array().unwrap().len(), 1);

    let ask = |query: &str| house.queue.get(&format!("/internal/v1/passes/revoked{query}"));
    ask("").send().await.problem(401, "unauthenticated");
    ask("").bearer(&first.access).send().await.problem(403, "not_admitted");
    for unknown in ["?after=soon", "?before=1"] {
        house.as_service(ask(unknown), "wallet-service").send().await.problem(422, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_itself_takes_a_revoked_pass_for_one() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    let pass = house.admitted(&fan).await["pass"].as_str().unwrap().to_owned();
    let show = async || house.queue.post(&entries(MAIN_QUEUE), json!({})).bearer(&pass).send().await;
    show().await.problem(403, "not_admitted");
    house.finish(&[&fan]).await;
    let refused = async {
        loop {
            let reply = show().await;
            if reply.status != 403 {
                return reply;
            }
        }
    };
    tokio::time::timeout(PATIENCE, refused).await.expect("the pass is refused").problem(401, "pass_expired");
}
