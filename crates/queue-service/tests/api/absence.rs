use serde_json::json;

use super::entry_events::Events;
use super::{House, MAIN_QUEUE, PATIENCE};

/// As short a limit as a busy machine keeps to, and heartbeats that fit into it.
const HASTY: [(&str, &str); 4] = [
    ("BOXOFFICE__QUEUE__MAX_ACTIVE", "0"),
    ("BOXOFFICE__QUEUE__ABSENCE_LIMIT_SECONDS", "8"),
    ("BOXOFFICE__QUEUE__ABSENCE_GRACE_SECONDS", "0"),
    ("BOXOFFICE__QUEUE__ENTRY_STREAM_HEARTBEAT_MS", "500"),
];

#[tokio::test(flavor = "multi_thread")]
async fn of_a_silent_fan_one_who_polls_and_one_who_streams_the_silent_one_loses_the_place() {
    let house = House::open_with(&HASTY).await;
    let silent = house.join(MAIN_QUEUE).await;
    let (polls, streams) = (house.join(MAIN_QUEUE).await, house.join(MAIN_QUEUE).await);
    let mut events = Events::open(&house, &streams).await;
    assert_eq!(events.entry().await["position"], 3);
    // The one in front is gone: that is news for both.
    let polling = async { while house.see(&polls).await.expect(200)["position"] != 1 {} };
    tokio::time::timeout(PATIENCE, polling).await.expect("the silent fan's place ends");
    assert_eq!(events.entry().await["position"], 2);
    assert_eq!(house.see(&silent).await.problem(401, "pass_expired")["entryStatus"], "expired");
    // Whoever comes back too late begins at the end.
    let again = house.queue.post(&super::entries(MAIN_QUEUE), json!({})).bearer(&silent.access);
    assert_eq!(again.send().await.expect(201)["position"], 3);
}
