//! A small service, spawned: its settings, its database, its credentials and its peers are what a test says.

mod notes;

use actix_web::web;
use chrono::TimeDelta;
use domain::adapters::system::{SystemClock, Version7};
use domain::shared::{Clock, EntryId, IdGenerator, QueueId, UserId};
use serde_json::{Value, json};
use test_kit::{Issuers, spawn, spawn_in_memory, spawn_on};

use notes::Notes;

#[tokio::test(flavor = "multi_thread")]
async fn overrides_win_over_the_defaults_of_the_service() {
    let issuers = Issuers::start().await;
    let service = spawn_in_memory::<Notes>(&[], &issuers).await;
    assert_eq!(service.get("/greeting").send().await.expect(200), json!({ "greeting": "hello" }));
    let service = spawn_in_memory::<Notes>(&[("BOXOFFICE__WALLET__GREETING", "good day")], &issuers).await;
    assert_eq!(service.get("/greeting").send().await.expect(200), json!({ "greeting": "good day" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_credential_opens_its_door() {
    let issuers = Issuers::start().await;
    let service = spawn_in_memory::<Notes>(&[], &issuers).await;
    let (user, entry, queue) = (UserId(Version7.next()), EntryId(Version7.next()), QueueId(Version7.next()));

    let fan = issuers.access_token(user, "Kim");
    let body = service.get("/fan").bearer(&fan).send().await.expect(200);
    assert_eq!(body, json!({ "id": user, "name": "Kim" }));
    service.get("/operator").bearer(&issuers.operator_token()).send().await.expect(204);
    service.get("/operator").bearer(&fan).send().await.problem(403, "not_admitted");

    let pass = issuers.pass(entry, queue, user, SystemClock.now() + TimeDelta::minutes(10));
    let body = service.get("/admitted").bearer(&pass).send().await.expect(200);
    assert_eq!(body, json!({ "queue": queue, "entry": entry, "user": user }));
    let expired = issuers.expired_pass(entry, queue, user);
    service.get("/admitted").bearer(&expired).send().await.problem(401, "pass_expired");

    let peer = issuers.service_credential("reservation-service");
    let body = service.get("/internal/v1/caller").authorization(&peer).send().await.expect(200);
    assert_eq!(body, "reservation-service");
    service.get("/internal/v1/caller").send().await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_answer_what_the_test_says() {
    let issuers = Issuers::with_routes(|config| {
        config.route("/answer", web::get().to(async || "from the test"));
    })
    .await;
    let service = spawn_in_memory::<Notes>(&[], &issuers).await;
    assert_eq!(service.get("/peer").send().await.expect(200), "from the test");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_keeps_outlives_it_on_the_same_database_and_no_other() {
    let issuers = Issuers::start().await;
    let first = spawn::<Notes>(&[], &issuers).await;
    first.post("/notes", "kept").send().await.expect(201);
    let database = first.database().clone();
    let address = first.url("/notes");
    first.stop().await;
    // The port may be another test's by now, which serves no notes.
    assert!(!reqwest::get(address).await.is_ok_and(|answer| answer.status() == 200), "it still serves");

    let second = spawn_on::<Notes>(&database, &[], &issuers).await;
    assert_eq!(second.get("/notes").send().await.expect(200), json!(1));
    let elsewhere = spawn::<Notes>(&[], &issuers).await;
    assert_eq!(elsewhere.get("/notes").send().await.expect(200), json!(0));
}

#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "\"code\": \"not_found\"")]
async fn an_unexpected_answer_is_shown() {
    let issuers = Issuers::start().await;
    let service = spawn_in_memory::<Notes>(&[], &issuers).await;
    let _: Value = service.get("/nowhere").send().await.expect(200);
}
