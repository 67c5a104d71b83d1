//! One process keeps the rooms; the next one finds everybody where they stood.

use serde_json::{Value, json};
use test_kit::spawn_on;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Fan, House, MAIN_QUEUE, admin, eventually, settings};

pub const CLOSED: [(&str, &str); 1] = [("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")];

/// Six who joined: the first is inside, the third has left, the fourth has paid; three wait.
pub async fn a_line(house: &House) -> Vec<Fan> {
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

/// What each of them is told, passes included.
pub async fn told(house: &House, line: &[Fan]) -> Vec<(u16, Value)> {
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

pub async fn overview(house: &House) -> Value {
    house.queue.get(&format!("/v1/queues/{MAIN_QUEUE}")).send().await.expect(200)
}

/// The line goes on where it was: three wait, and the first of the six is inside.
pub async fn the_line_goes_on(house: &House, line: &[Fan]) {
    let new = house.join(MAIN_QUEUE).await;
    assert_eq!(house.see(&new).await.expect(200)["position"], 4);
    house.finish(&[&line[0]]).await;
    house.admitted(&line[3]).await;
    assert_eq!(house.see(&line[5]).await.expect(200)["position"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_every_place_and_everything_about_it() {
    let house = House::open_with(&CLOSED).await;
    let line = a_line(&house).await;
    let before = told(&house, &line).await;
    let waiting = before.iter().filter(|(_, body)| body["status"] == "waiting");
    let positions: Vec<&Value> = waiting.map(|(_, body)| &body["position"]).collect();
    assert_eq!(positions, [&json!(1), &json!(2), &json!(3)]);
    let numbers = overview(&house).await;
    let database = house.queue.database().clone();
    let House { queue, issuers } = house;
    queue.stop().await;
    let queue = spawn_on(&database, &settings(&issuers, &CLOSED), &issuers).await;
    let house = House { queue, issuers };
    // PostgreSQL may take a moment to notice that the one before has gone.
    eventually("it keeps the rooms", async || house.ready().await.then_some(())).await;
    assert_eq!(told(&house, &line).await, before);
    assert_eq!(overview(&house).await, numbers);
    the_line_goes_on(&house, &line).await;
}

/// A command whose body is on its way.
async fn a_slow_command(house: &House) -> TcpStream {
    let address = house.queue.url("").replace("http://", "");
    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: slow\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: 17\r\n\r\n",
        admin(MAIN_QUEUE),
        house.issuers.operator_token()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_asked_to_end_hands_over_before_it_has_ended() {
    let house = House::open_with(&[
        CLOSED[0],
        // As slowly as a busy machine starts the next one.
        ("BOXOFFICE__HTTP__BODY_TIMEOUT_MS", "600000"),
        ("BOXOFFICE__HTTP__SHUTDOWN_SECONDS", "600"),
    ])
    .await;
    let line = a_line(&house).await;
    let mut slow = a_slow_command(&house).await;
    let (before, numbers) = (told(&house, &line).await, overview(&house).await);
    let next = house.beside(house.queue.database(), &CLOSED).await;
    let House { queue, issuers } = house;
    let next = House { queue: next, issuers };
    let ending = tokio::spawn(queue.stop());
    eventually("the next one is ready", async || next.ready().await.then_some(())).await;
    assert!(!ending.is_finished(), "a command is under way");
    assert_eq!(told(&next, &line).await, before);
    // It comes too late to have an effect.
    slow.write_all(br#"{"maxActive":999}"#).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    ending.await.unwrap();
    assert_eq!(overview(&next).await, numbers);
    the_line_goes_on(&next, &line).await;
}
