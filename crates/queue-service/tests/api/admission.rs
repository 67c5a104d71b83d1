use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel_async::SimpleAsyncConnection;
use domain::adapters::system;
use serde_json::json;
use service_kit::auth::{AcceptedServices, AccessVerifier, Authenticator, KeySource, PassVerifier};
use test_kit::{Issuers, TestDatabase, spawn_on};

use super::{House, MAIN_QUEUE, entries, eventually, settings};

/// As any other service verifies: by the published keys.
fn elsewhere(house: &House) -> Authenticator {
    let follow = |url| KeySource::follow("the issuer of passes", house.queue.client.clone(), url, None);
    Authenticator {
        access: AccessVerifier::built_in(follow(house.issuers.url().to_owned())),
        passes: PassVerifier::new(follow(house.queue.url("/.well-known/jwks.json"))),
        revoked: Arc::default(),
        services: AcceptedServices::default(),
        queue_tokens: None,
        clock: system::system().0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_let_in_gets_a_pass_that_everybody_can_verify() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    let body = house.admitted(&fan).await;
    let (pass, ends) = (body["pass"].as_str().unwrap(), body["passExpiresAt"].as_str().unwrap());
    assert_eq!(
        (&body["position"], &body["ahead"], &body["etaSeconds"]),
        (&json!(0), &json!(0), &json!(null))
    );
    let verified = elsewhere(&house).pass(pass).await.unwrap();
    assert_eq!(verified.pass_id.to_string(), fan.entry);
    assert_eq!(verified.queue_id.to_string(), MAIN_QUEUE);
    assert_eq!(verified.expires_at, ends.parse::<DateTime<Utc>>().unwrap());
    // The same admission is the same pass, however one asks.
    assert_eq!(house.see(&fan).await.expect(200)["pass"], pass);
    let again =
        house.queue.post(&entries(MAIN_QUEUE), json!({})).bearer(&fan.access).send().await.expect(200);
    assert_eq!((again["pass"].as_str(), again["passExpiresAt"].as_str()), (Some(pass), Some(ends)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freed_slot_is_filled_in_the_order_of_joining() {
    let house = House::open().await;
    let mut line = Vec::new();
    for _ in 0..4 {
        line.push(house.join(MAIN_QUEUE).await);
    }
    for (served, fan) in line.iter().enumerate() {
        house.admitted(fan).await;
        for (ahead, behind) in line[served + 1..].iter().enumerate() {
            let body = house.see(behind).await.expect(200);
            assert_eq!((body["status"].as_str(), &body["ahead"]), (Some("waiting"), &json!(ahead)));
            assert!(
                body.get("pass").is_none()
                    && body["etaSeconds"]["low"].as_u64() <= body["etaSeconds"]["high"].as_u64()
            );
        }
        house.finish(&[fan]).await;
    }
    for fan in &line {
        assert_eq!(house.see(fan).await.problem(401, "pass_expired")["entryStatus"], "done");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admission_that_runs_out_makes_room() {
    let house = House::open().await;
    house.configure(MAIN_QUEUE, json!({ "passTtlSeconds": 1 })).await.expect(200);
    let (first, second) = (house.join(MAIN_QUEUE).await, house.join(MAIN_QUEUE).await);
    // A busy machine may have missed the second during which a pass is good; it was given nevertheless.
    for fan in [&first, &second] {
        eventually("the fan has come in", async || {
            let reply = house.see(fan).await;
            (reply.status != 200 || reply.body["status"] == "admitted").then_some(())
        })
        .await;
    }
    assert_eq!(house.see(&first).await.problem(401, "pass_expired")["entryStatus"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admission_ends_at_its_time_with_every_job_dead() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    house.admitted(&fan).await;
    let (issuers, database) = closed(house).await;
    let house = jobless(issuers, &database).await;
    house.see(&fan).await.expect(200);
    let (issuers, database) = closed(house).await;
    ten_minutes_pass(&database).await;
    let house = jobless(issuers, &database).await;
    assert_eq!(house.see(&fan).await.problem(401, "pass_expired")["entryStatus"], "expired");
    let overview = house.queue.get(&format!("/v1/queues/{MAIN_QUEUE}")).send().await.expect(200);
    assert_eq!(overview["admitted"], 0);
    house.queue.post(&entries(MAIN_QUEUE), json!({})).bearer(&fan.access).send().await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admission_ends_at_its_time_before_the_eyes_of_a_process_whose_jobs_are_dead() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    house.admitted(&fan).await;
    let (issuers, database) = closed(house).await;
    // However long a busy machine takes to start it again: what ends is a time that is still to come, or is past by then.
    let soon = "UPDATE entries SET expires_at = date_trunc('second', clock_timestamp()) + interval '3 s'";
    database.database("queue").await.connection().await.unwrap().batch_execute(soon).await.unwrap();
    let house = jobless(issuers, &database).await;
    let ended = async {
        loop {
            let reply = house.see(&fan).await;
            if reply.status != 200 {
                return reply;
            }
        }
    };
    let reply = tokio::time::timeout(super::PATIENCE, ended).await.expect("the pass runs out");
    assert_eq!(reply.problem(401, "pass_expired")["entryStatus"], "expired");
}

const NO_JOBS: (&str, &str) = ("BOXOFFICE__JOBS__ENABLED", "false");

/// What is left when the service has ended.
async fn closed(house: House) -> (Issuers, TestDatabase) {
    let House { queue, issuers } = house;
    let database = queue.database().clone();
    queue.stop().await;
    (issuers, database)
}

/// The same service after a start in which no job is. On a busy machine PostgreSQL may take more than a moment to notice
/// that the one before has gone; until then it stands by.
async fn jobless(issuers: Issuers, database: &TestDatabase) -> House {
    let queue = spawn_on(database, &settings(&issuers, &[NO_JOBS]), &issuers).await;
    let house = House { queue, issuers };
    eventually("it keeps the rooms", async || house.ready().await.then_some(())).await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_adapters_serve_the_same_way() {
    let house = House::open_in_memory().await;
    let (first, second) = (house.join(MAIN_QUEUE).await, house.join(MAIN_QUEUE).await);
    house.admitted(&first).await;
    assert_eq!(house.see(&second).await.expect(200)["position"], 1);
    house.finish(&[&first]).await;
    house.admitted(&second).await;
}

/// Makes every admission older, since nobody sets the database's clock; while no process remembers it.
async fn ten_minutes_pass(database: &TestDatabase) {
    let ageing = "UPDATE entries SET admitted_at = admitted_at - interval '601 s', expires_at = expires_at - interval '601 s'";
    let database = database.database("queue").await;
    database.connection().await.unwrap().batch_execute(ageing).await.unwrap();
}
