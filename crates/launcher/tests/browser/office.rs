//! `boxoffice up`, filled with its demo.

use std::any::Any;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::Request;

/// The queue that all of the demo's concerts stand behind.
const MAIN_QUEUE: &str = "01900000-0000-7000-8000-000000000001";

/// The demo's concert of seats 1 to 50.
pub const SMALL: &str = "Chamber Night";
/// The demo's arena of 10,000 seats.
pub const ARENA: &str = "Midwinter Arena Live";

pub struct Office {
    pub base: String,
    pub operator: String,
    client: Client,
    /// What is open for as long as this is kept.
    _house: Box<dyn Any + Send + Sync>,
}

/// `boxoffice up` in a process of its own.
struct Process {
    child: Child,
    _data_dir: TempDir,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Office {
    /// With settings as an operator gives them. In memory: what a browser sees is the same, and it opens at once.
    pub fn open(settings: &[(&str, &str)]) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_boxoffice"))
            .args(["up", "--in-memory"])
            .env_clear()
            .env("BOXOFFICE__HTTP__PORT", "0")
            .env("BOXOFFICE__DATA_DIR", data_dir.path())
            .env("BOXOFFICE__TELEMETRY__LEVEL", "error")
            // The hall's ten thousand seats take an unoptimised service a while on a busy machine.
            .env("BOXOFFICE__PEERS__DEADLINE_MS", "30000")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut after = |words: &str| {
            let line = told.find(|line| line.starts_with(words)).expect("boxoffice up says where it is");
            line.trim_start_matches(words).trim().to_owned()
        };
        let base = after("Boxoffice is open:").replace("localhost", "127.0.0.1");
        let operator = after("Operator token:");
        Self::elsewhere(base, operator, Box::new(Process { child, _data_dir: data_dir }))
    }

    /// One that somebody else has opened.
    pub fn elsewhere(base: String, operator: String, house: Box<dyn Any + Send + Sync>) -> Self {
        let client = service_kit::client::build(Duration::from_secs(30)).unwrap();
        Self { base, operator, client, _house: house }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// What an operator does to the queue.
    pub async fn set_queue(&self, change: Value) {
        let request = self.request(Method::PUT, &format!("/v1/admin/queues/{MAIN_QUEUE}")).json(&change);
        Request::new(request).bearer(&self.operator).send().await.expect(200);
    }

    pub async fn queue(&self) -> Value {
        Request::new(self.request(Method::GET, &format!("/v1/queues/{MAIN_QUEUE}"))).send().await.expect(200)
    }

    /// The access token of somebody who has only said their name.
    pub async fn new_fan(&self) -> String {
        let request = self.request(Method::POST, "/v1/users").json(&json!({ "name": "fan" }));
        let user = Request::new(request).send().await.expect(201);
        user["accessToken"].as_str().unwrap().to_owned()
    }

    /// So many others get in line.
    pub async fn crowd(&self, fans: usize) {
        for _ in 0..fans {
            self.join(&self.new_fan().await).await;
        }
    }

    /// A place in line, or the one there is: with a pass, once there is one.
    pub async fn join(&self, access_token: &str) -> Value {
        let path = format!("/v1/queues/{MAIN_QUEUE}/entries");
        let reply = Request::new(self.request(Method::POST, &path)).bearer(access_token).send().await;
        assert!([200, 201].contains(&reply.status), "no place in line: {:#}", reply.body);
        reply.body
    }

    /// The id of one of the demo's concerts.
    pub async fn concert(&self, title: &str) -> String {
        let all = Request::new(self.request(Method::GET, "/v1/concerts")).send().await.expect(200);
        let mut concerts = all["concerts"].as_array().unwrap().iter();
        let found = concerts.find(|concert| concert["title"] == title).unwrap();
        found["concertId"].as_str().unwrap().to_owned()
    }
}
