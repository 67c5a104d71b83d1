//! Server-sent events as a client reads them.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::Value;
use test_kit::PATIENCE;
use tokio::time::timeout;
use uuid::Uuid;

use crate::hall::{Hall, OnSale};

/// For as long as a test reads it; each event has its own deadline.
const OPEN: Duration = Duration::from_hours(1);

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    pub id: Option<String>,
    pub name: String,
    pub data: Value,
}

impl Event {
    pub fn is_snapshot(&self) -> bool {
        self.data["snapshot"] == true
    }

    pub fn version(&self) -> i64 {
        self.data["version"].as_i64().unwrap()
    }

    /// Which seats it says are what.
    pub fn changes(&self) -> Vec<(Uuid, String)> {
        let changes = self.data["changes"].as_array().unwrap().iter();
        let text = |change: &Value, name: &str| change[name].as_str().unwrap().to_owned();
        changes.map(|change| (text(change, "seatId").parse().unwrap(), text(change, "status"))).collect()
    }
}

/// An open stream.
pub struct Events {
    pub response: Response,
    received: Vec<u8>,
}

impl Events {
    /// Of a performance's seats, after `last_event_id`, for somebody new.
    pub async fn open(hall: &Hall, sale: &OnSale, last_event_id: Option<&str>) -> Self {
        Self::open_with(hall, sale, &hall.pass(), last_event_id).await
    }

    /// For whoever has this pass.
    pub async fn open_with(hall: &Hall, sale: &OnSale, pass: &str, last_event_id: Option<&str>) -> Self {
        Self::try_open(hall, sale, pass, last_event_id).await.unwrap_or_else(|status| panic!("{status}"))
    }

    /// The same, where it may be refused.
    pub async fn try_open(
        hall: &Hall,
        sale: &OnSale,
        pass: &str,
        last_event_id: Option<&str>,
    ) -> Result<Self, StatusCode> {
        let path = hall.service.url(&format!("{}/events", sale.seats_path));
        let mut request = hall.service.client.get(path).bearer_auth(pass).timeout(OPEN);
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        match response.status() {
            StatusCode::OK => Ok(Self { response, received: Vec::new() }),
            refused => Err(refused),
        }
    }

    /// The next event; none: the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        let reading = async {
            loop {
                if let Some(event) = next_event(&mut self.received) {
                    return Some(event);
                }
                self.received.extend_from_slice(&self.response.chunk().await.unwrap()?);
            }
        };
        timeout(PATIENCE, reading).await.unwrap_or_else(|_| panic!("no event comes"))
    }
}

/// Takes the first whole event off; comments are passed over.
pub fn next_event(received: &mut Vec<u8>) -> Option<Event> {
    loop {
        let end = received.windows(2).position(|two| two == b"\n\n")?;
        let block: Vec<u8> = received.drain(..end + 2).collect();
        let block = String::from_utf8(block).unwrap();
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        if let Some(data) = field("data: ") {
            let data = serde_json::from_str(&data).unwrap();
            return Some(Event { id: field("id: "), name: field("event: ").unwrap(), data });
        }
        assert!(block.starts_with(':'), "{block}");
    }
}
