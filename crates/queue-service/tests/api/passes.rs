use serde_json::json;

use super::{Fan, House, MAIN_QUEUE, PATIENCE, entries, new_id};

fn passes(fan: &Fan, verb: &str) -> String {
    format!("/internal/v1/passes/{}/{verb}", fan.entry)
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
    for verb in ["finish", "yield"] {
        let end = || house.queue.post(&passes(&fan, verb), json!({}));
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
        house.finish(&fan).await.expect(204);
    }
    assert_eq!(house.see(&fan).await.problem(401, "pass_expired")["entryStatus"], "done");
    assert_eq!(revoked(&house, "").await["revoked"].as_array().unwrap().len(), 1);
    // A pass that never was has ended as well as any.
    let nobody = house.queue.post(&format!("/internal/v1/passes/{}/finish", new_id()), json!({}));
    house.as_service(nobody, "reservation-service").send().await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_is_yielded_once_somebody_waits() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    house.admitted(&fan).await;
    let hand_on = async || {
        let request = house.queue.post(&passes(&fan, "yield"), json!({}));
        house.as_service(request, "reservation-service").send().await.expect(204)
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
async fn every_service_may_follow_what_is_revoked_and_nobody_else() {
    let house = House::open_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "2")]).await;
    let (first, second) = (house.join(MAIN_QUEUE).await, house.join(MAIN_QUEUE).await);
    let ends = house.admitted(&first).await["passExpiresAt"].clone();
    house.admitted(&second).await;
    let nothing = revoked(&house, "?after=0").await;
    assert_eq!((&nothing["revoked"], &nothing["version"]), (&json!([]), &json!(0)));
    house.finish(&first).await.expect(204);
    let one = revoked(&house, "").await;
    assert_eq!(one["revoked"], json!([{ "passId": first.entry, "expiresAt": ends }]));
    house.finish(&second).await.expect(204);
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
    house.finish(&fan).await.expect(204);
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
