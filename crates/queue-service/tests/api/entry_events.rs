use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};

use super::{Fan, House, MAIN_QUEUE, PATIENCE, me, new_id};

/// For as long as a test reads it; each event has its own deadline.
const OPEN: Duration = Duration::from_hours(1);

/// An open stream of a place.
pub struct Events {
    pub response: Response,
    received: Vec<u8>,
}

impl Events {
    pub async fn open(house: &House, fan: &Fan) -> Self {
        let request = house.queue.client.get(house.queue.url(&events(MAIN_QUEUE))).bearer_auth(&fan.token);
        let response = request.timeout(OPEN).send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self { response, received: Vec::new() }
    }

    /// The name and the data of the next event; none: the stream has ended.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        let reading = async {
            loop {
                if let Some(end) = self.received.windows(2).position(|two| two == b"\n\n") {
                    let event: Vec<u8> = self.received.drain(..end + 2).collect();
                    let event = String::from_utf8(event).unwrap();
                    if let Some((name, data)) = event.split_once('\n').filter(|_| !event.starts_with(':')) {
                        let data = data.strip_prefix("data: ").unwrap();
                        let name = name.strip_prefix("event: ").unwrap().to_owned();
                        return Some((name, serde_json::from_str(data).unwrap()));
                    }
                } else {
                    self.received.extend_from_slice(&self.response.chunk().await.unwrap()?);
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("an event comes")
    }

    /// The data of the next event, an `entry`.
    pub async fn entry(&mut self) -> Value {
        let (name, data) = self.next().await.unwrap();
        assert_eq!(name, "entry");
        data
    }
}

fn events(queue: &str) -> String {
    format!("{}/events", me(queue))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fan_follows_the_way_through_the_line_up_to_its_end() {
    let house = House::open_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let (first, second) = (house.join(MAIN_QUEUE).await, house.join(MAIN_QUEUE).await);
    let mut stream = Events::open(&house, &second).await;
    let header = |name: &str| stream.response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!((header("cache-control"), header("x-accel-buffering")), ("no-store".into(), "no".into()));
    assert_eq!(stream.entry().await, house.see(&second).await.expect(200));
    house.queue.delete(&first.path).bearer(&first.token).send().await.expect(204);
    assert_eq!(stream.entry().await["position"], 1);
    house.configure(MAIN_QUEUE, json!({ "maxActive": 1 })).await.expect(200);
    let admitted = stream.entry().await;
    assert_eq!(admitted, house.see(&second).await.expect(200));
    assert!(admitted["pass"].is_string() && admitted["position"] == 0);
    house.finish(&[&second]).await;
    assert_eq!(stream.entry().await["status"], "done");
    assert_eq!(stream.next().await, Some(("end".to_owned(), json!({ "code": "pass_expired" }))));
    assert_eq!(stream.next().await, None);
    let again = house.queue.get(&events(MAIN_QUEUE)).bearer(&second.token).send().await;
    assert_eq!(again.problem(401, "pass_expired")["entryStatus"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_queue_closes_every_stream_in_it_says_so_and_ends() {
    let house = House::open_with(&[("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")]).await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = Events::open(&house, &house.join(MAIN_QUEUE).await).await;
        stream.entry().await;
        streams.push(stream);
    }
    house.configure(MAIN_QUEUE, json!({ "state": "closed" })).await.expect(200);
    for mut stream in streams {
        while stream.entry().await["status"] != "expired" {}
        assert_eq!(stream.next().await.unwrap().0, "end");
        assert_eq!(stream.next().await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_takes_the_token_of_a_place_in_this_queue() {
    let house = House::open().await;
    let fan = house.join(MAIN_QUEUE).await;
    let ask = |queue: &str| house.queue.get(&events(queue));
    ask(MAIN_QUEUE).send().await.problem(401, "unauthenticated");
    ask(MAIN_QUEUE).bearer(&fan.access).send().await.problem(403, "not_admitted");
    for elsewhere in [new_id(), "no-id".to_owned()] {
        ask(&elsewhere).bearer(&fan.token).send().await.problem(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_has_only_so_many_streams_and_so_has_the_process() {
    let limits =
        [("BOXOFFICE__QUEUE__ENTRY_STREAMS_PER_PLACE", "2"), ("BOXOFFICE__QUEUE__ENTRY_STREAMS", "3")];
    let house = House::open_with(&limits).await;
    let (fan, other) = (house.join(MAIN_QUEUE).await, house.join(MAIN_QUEUE).await);
    let _open = (Events::open(&house, &fan).await, Events::open(&house, &fan).await);
    let one_more = async |fan: &Fan| house.queue.get(&events(MAIN_QUEUE)).bearer(&fan.token).send().await;
    let refused = one_more(&fan).await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    refused.problem(429, "too_many_requests");
    let _other = Events::open(&house, &other).await;
    one_more(&other).await.problem(503, "unavailable");
}
