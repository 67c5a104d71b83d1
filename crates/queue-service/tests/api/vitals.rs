use chrono::{DateTime, Utc};
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use super::{House, MAIN_QUEUE, PATIENCE, new_id};

const PATH: &str = "/v1/admin/services/queue";

async fn vitals(house: &House) -> Value {
    house.queue.get(PATH).bearer(&house.issuers.operator_token()).send().await.expect(200)
}

/// What the metrics say of one route's answers.
async fn answers(house: &House, labels: &str) -> u64 {
    let text = house.queue.get("/metrics").send().await.expect(200);
    let name = format!("boxoffice_http_requests_total{{service=\"queue-service\",{labels}}} ");
    let lines: Vec<&str> =
        text.as_str().unwrap().lines().filter_map(|line| line.strip_prefix(&name)).collect();
    lines.first().map_or(0, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_what_the_service_has_answered() {
    let house = House::open_with(&[("BOXOFFICE__AUDIT__INTERVAL_MS", "0")]).await;
    let before = vitals(&house).await;
    house.join(MAIN_QUEUE).await;
    house.queue.get(&format!("/v1/queues/{}", new_id())).send().await.problem(404, "not_found");
    house.queue.get("/nowhere").send().await.problem(404, "not_found");
    let after = vitals(&house).await;
    let count = |body: &Value, what: &str| body["requests"][what].as_u64().unwrap();
    // The first look was not counted when it was answered; now it is, with the three since.
    assert_eq!(count(&after, "total") - count(&before, "total"), 4);
    assert_eq!(count(&after, "clientErrors") - count(&before, "clientErrors"), 2);
    assert_eq!((count(&after, "serverErrors"), count(&after, "shed")), (0, 0));
    assert_eq!(after["service"], "queue");
    assert!(!after["version"].as_str().unwrap().is_empty());
    let instant = |of: &str| after[of].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert!(instant("startedAt") <= instant("now"));
    assert_eq!(after["startedAt"], before["startedAt"]);
    let unknown = json!({ "verdict": "unknown", "checkedAt": null, "notJudged": 0, "violations": [] });
    assert_eq!(after["audit"], unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_route_and_never_by_path() {
    let house = House::open().await;
    for path in
        [format!("/v1/queues/{}", new_id()), format!("/v1/queues/{MAIN_QUEUE}"), "/v1/queues/x".to_owned()]
    {
        house.queue.get(&path).send().await;
    }
    house.queue.delete(&format!("/v1/queues/{MAIN_QUEUE}")).send().await.problem(405, "method_not_allowed");
    house.queue.get(&format!("/{}", new_id())).send().await.problem(404, "not_found");
    house.queue.get("/healthz").send().await.expect(200);
    let route = r#"route="/v1/queues/{queueId}""#;
    assert_eq!(answers(&house, &format!(r#"method="GET",{route},status="200""#)).await, 1);
    assert_eq!(answers(&house, &format!(r#"method="GET",{route},status="404""#)).await, 2);
    assert_eq!(answers(&house, &format!(r#"method="DELETE",{route},status="405""#)).await, 1);
    assert_eq!(answers(&house, r#"method="GET",route="unmatched",status="404""#).await, 1);
    assert_eq!(answers(&house, r#"method="GET",route="/healthz",status="200""#).await, 1);
    let text = house.queue.get("/metrics").send().await.expect(200);
    let text = text.as_str().unwrap();
    let took = r#"boxoffice_http_request_duration_seconds_count{service="queue-service",method="GET",route="/v1/queues/{queueId}"} 3"#;
    assert!(text.lines().any(|line| line == took), "{text}");
    assert!(!text.contains(MAIN_QUEUE), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_what_the_audit_has_found() {
    let house = House::open_with(&[("BOXOFFICE__AUDIT__INTERVAL_MS", "10")]).await;
    let fan = house.join(MAIN_QUEUE).await;
    house.admitted(&fan).await;
    let until = async |verdict: &str| {
        let looks = async {
            loop {
                let audit = vitals(&house).await["audit"].clone();
                if audit["verdict"] == verdict {
                    return audit;
                }
            }
        };
        tokio::time::timeout(PATIENCE, looks).await.unwrap_or_else(|_| panic!("the audit is never {verdict}"))
    };
    let clean = until("clean").await;
    assert_eq!(clean["violations"], json!([]));
    assert!(clean["checkedAt"].as_str().unwrap().parse::<DateTime<Utc>>().is_ok());
    let database = house.queue.database().database("queue").await;
    let statement = "UPDATE queues SET last_sequence = 0";
    database.connection().await.unwrap().batch_execute(statement).await.unwrap();
    let violated = until("violated").await;
    let [violation] = violated["violations"].as_array().unwrap().as_slice() else { panic!("{violated:#}") };
    assert_eq!((&violation["check"], &violation["count"]), (&json!("places_are_unique"), &json!(1)));
    assert!(violation["examples"][0].as_str().unwrap().contains(&fan.entry), "{violation:#}");
    assert!(!violation["rule"].as_str().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_memory_nothing_is_known_of_an_audit() {
    let house = House::open_in_memory().await;
    assert_eq!(vitals(&house).await["audit"]["verdict"], "unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_operator_sees_how_the_service_is() {
    let house = House::open().await;
    house.queue.get(PATH).send().await.problem(401, "unauthenticated");
    house.queue.get(PATH).bearer(&house.access()).send().await.problem(403, "not_admitted");
    let other = "/v1/admin/services/wallet";
    house.queue.get(other).bearer(&house.issuers.operator_token()).send().await.problem(404, "not_found");
}
