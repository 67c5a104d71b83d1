use serde_json::{Value, json};

use test_kit::spawn_on;

use super::{House, MAIN_QUEUE, eventually, new_id, settings};

async fn limits(queue: &test_kit::Spawned<queue_service::QueueService>, id: &str) -> (Value, Value) {
    let overview = queue.get(&format!("/v1/queues/{id}")).send().await.expect(200);
    (overview["maxActive"].clone(), overview["passTtlSeconds"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_with_other_settings_changes_only_queues_without_limits_of_their_own() {
    let house = House::open().await;
    let (named, limited) = (new_id(), new_id());
    house.configure(MAIN_QUEUE, json!({ "state": "paused" })).await.expect(200);
    house.configure(&named, json!({ "name": "Arena" })).await.expect(201);
    house.configure(&limited, json!({ "maxActive": 3 })).await.expect(201);
    let other = [("BOXOFFICE__QUEUE__MAX_ACTIVE", "42"), ("BOXOFFICE__QUEUE__PASS_TTL_SECONDS", "90")];
    let database = house.queue.database().clone();
    let House { queue, issuers } = house;
    queue.stop().await;
    let restarted = spawn_on(&database, &settings(&issuers, &other), &issuers).await;
    // PostgreSQL may take a moment to notice that the one before has gone.
    let ready = async || (restarted.get("/readyz").send().await.status == 200).then_some(());
    eventually("it keeps the rooms", ready).await;
    assert_eq!(limits(&restarted, MAIN_QUEUE).await, (json!(42), json!(90)));
    assert_eq!(limits(&restarted, &named).await, (json!(42), json!(90)));
    assert_eq!(limits(&restarted, &limited).await, (json!(3), json!(600)));
    let main = restarted.get(&format!("/v1/queues/{MAIN_QUEUE}")).send().await.expect(200);
    assert_eq!(main["state"], "paused");
}
