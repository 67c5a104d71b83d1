use serde_json::Value;

use crate::stack::PATIENCE;

use super::site::{Site, client_at};

/// A stream of events that is being read.
pub struct Events {
    response: reqwest::Response,
    received: Vec<u8>,
}

impl Events {
    pub async fn open(site: &Site, path: &str, token: &str) -> Self {
        let request = client_at("127.0.0.1").get(site.url(path)).bearer_auth(token);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, received: Vec::new() }
    }

    /// The name and the data of the next event; none: the answer has ended.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        self.next_or_broken_off().await.unwrap()
    }

    /// The same, where whoever answers may be killed over it.
    pub async fn next_or_broken_off(&mut self) -> reqwest::Result<Option<(String, Value)>> {
        let reading = async {
            loop {
                if let Some(end) = self.received.windows(2).position(|two| two == b"\n\n") {
                    let event: Vec<u8> = self.received.drain(..end + 2).collect();
                    let event = String::from_utf8(event).unwrap();
                    let field = |name: &str| {
                        event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                    };
                    if let (Some(name), Some(data)) = (field("event"), field("data")) {
                        return Ok(Some((name.to_owned(), serde_json::from_str(data).unwrap())));
                    }
                } else {
                    let Some(chunk) = self.response.chunk().await? else { return Ok(None) };
                    self.received.extend_from_slice(&chunk);
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("an event comes while the answer goes on")
    }

    /// The data of the next event of this name for which `wanted` holds.
    pub async fn until(&mut self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let (of, data) = self.next().await.expect("the answer goes on");
            if of == name && wanted(&data) {
                return data;
            }
        }
    }
}
