//! One process owns the rooms; the next one finds everybody where they stood.

use serde_json::{Value, json};
use test_kit::spawn_on;

use super::{Fan, House, MAIN_QUEUE, PATIENCE, entries, settings};

const CLOSED: [(&str, &str); 1] = [("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")];

/// Six who joined: the first is inside, the third has left, the fourth has paid; three wait.
async fn a_line(house: &House) -> Vec<Fan> {
    let mut line = Vec::new();
    for _ in 0..6 {
        line.push(house.join(MAIN_QUEUE).await);
    }
    house.queue.delete(&line[2].path).bearer(&line[2].token).send().await.expect(204);
    for served in [0, 1] {
        house.configure(MAIN_QUEUE, json!({ "maxActive": served + 1 })).await.expect(200);
        house.admitted(&line[served]).await;
    }
    house.configure(MAIN_QUEUE, json!({ "maxActive": 1 })).await.expect(200);
    house.finish(&[&line[1]]).await;
    line
}

/// What each of them is told.
async fn told(house: &House, line: &[Fan]) -> Vec<(u16, Value)> {
    let mut told = Vec::new();
    for fan in line {
        let reply = house.see(fan).await;
        // A problem has an id of its own each time.
        let status = reply.status;
        let body = if status == 200 { reply.body } else { reply.body["entryStatus"].clone() };
        told.push((status, body));
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_every_place_and_everything_about_it() {
    let house = House::open_with(&CLOSED).await;
    let line = a_line(&house).await;
    let before = told(&house, &line).await;
    let waiting = before.iter().filter(|(_, body)| body["status"] == "waiting");
    let positions: Vec<&Value> = waiting.map(|(_, body)| &body["position"]).collect();
    assert_eq!(positions, [&json!(1), &json!(2), &json!(3)]);
    let overview =
        async |house: &House| house.queue.get(&format!("/v1/queues/{MAIN_QUEUE}")).send().await.expect(200);
    let numbers = overview(&house).await;
    let database = house.queue.database().clone();
    let House { queue, issuers } = house;
    queue.stop().await;
    let queue = spawn_on(&database, &settings(&issuers, &CLOSED), &issuers).await;
    let house = House { queue, issuers };
    assert_eq!(told(&house, &line).await, before);
    assert_eq!(overview(&house).await, numbers);
    // And the line goes on where it was.
    let new = house.join(MAIN_QUEUE).await;
    assert_eq!(house.see(&new).await.expect(200)["position"], 4);
    house.finish(&[&line[0]]).await;
    house.admitted(&line[3]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_whose_rooms_another_has_taken_over_neither_writes_nor_answers() {
    let house = House::open_with(&CLOSED).await;
    let line = a_line(&house).await;
    let next = house.beside(house.queue.database(), &CLOSED).await;
    // Whatever is to be written meets the other's epoch.
    let access = house.access();
    let join = house.queue.post(&entries(MAIN_QUEUE), json!({})).bearer(&access).send().await;
    assert!(join.header("retry-after").is_some());
    join.problem(503, "unavailable");
    house.see(&line[5]).await.problem(503, "unavailable");
    let ending = json!([{ "passId": line[0].entry, "ending": "finished" }]);
    house.end(ending).await.problem(503, "unavailable");
    house.configure(MAIN_QUEUE, json!({ "maxActive": 9 })).await.problem(503, "unavailable");
    let see = async |fan: &Fan| next.get(&fan.path).bearer(&fan.token).send().await.expect(200);
    assert_eq!(see(&line[5]).await["position"], 3);
    assert_eq!(see(&line[0]).await["status"], "admitted");
    let overview = next.get(&format!("/v1/queues/{MAIN_QUEUE}")).send().await.expect(200);
    assert_eq!((&overview["waiting"], &overview["maxActive"]), (&json!(3), &json!(1)));
    let again = next.post(&entries(MAIN_QUEUE), json!({})).bearer(&access).send().await.expect(201);
    assert_eq!(again["position"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_has_nothing_to_write_finds_out_by_itself_that_it_is_not_the_owner() {
    let house = House::open_with(&CLOSED).await;
    let fan = house.join(MAIN_QUEUE).await;
    house.see(&fan).await.expect(200);
    let _next = house.beside(house.queue.database(), &CLOSED).await;
    let found_out = async {
        loop {
            let reply = house.see(&fan).await;
            if reply.status != 200 {
                return reply;
            }
        }
    };
    tokio::time::timeout(PATIENCE, found_out).await.expect("it finds out").problem(503, "unavailable");
}
