//! The facade as a process beside the four services, and a client that knows the published documents alone.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use test_kit::{Reply, Request};

use crate::hall::text;
use crate::stack::{Stack, binary, eventually, free_ports};

/// Ended with the test.
pub struct Published {
    pub stack: Stack,
    port: u16,
    process: Child,
    client: reqwest::Client,
}

impl Published {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With settings as an operator gives them, to every process alike.
    pub async fn start_with(overrides: &[(&str, &str)]) -> Self {
        let stack = Stack::start_with(overrides).await;
        let [port] = free_ports();
        let process = Command::new(binary("facade"))
            .env_clear()
            .envs(stack.peers())
            .env("BOXOFFICE__HTTP__PORT", port.to_string())
            .env("BOXOFFICE__HTTP__WORKERS", "1")
            .env("BOXOFFICE__TELEMETRY__LEVEL", "warn")
            .envs(overrides.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the binary is built: scripts/test does that");
        stack.ready_at(port).await;
        let client = service_kit::client::build(Duration::from_mins(2)).unwrap();
        Self { stack, port, process, client }
    }

    /// The answer to a call with a token as the documents show it: without a scheme.
    pub async fn call(&self, method: Method, path: &str, token: &str, body: Value) -> Reply {
        self.request(method, path, token, &body).send().await
    }

    pub fn request(&self, method: Method, path: &str, token: &str, body: &Value) -> Request {
        let builder = self.client.request(method, format!("http://127.0.0.1:{}{path}", self.port));
        let builder = if body.is_null() { builder } else { builder.json(body) };
        let request = Request::new(builder);
        if token.is_empty() { request } else { request.authorization(token) }
    }

    pub async fn get(&self, path: &str, token: &str) -> Reply {
        self.call(Method::GET, path, token, Value::Null).await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Reply {
        self.call(Method::POST, path, token, body).await
    }

    pub async fn patch(&self, path: &str, token: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path, token, body).await
    }

    /// Asks again until the answer has this status; its body.
    pub async fn until(&self, status: u16, method: Method, path: &str, token: &str, body: Value) -> Value {
        eventually("the awaited status", || async {
            let reply = self.call(method.clone(), path, token, body.clone()).await;
            (reply.status == status).then_some(reply.body)
        })
        .await
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// A failure as the documents write it.
#[track_caller]
pub fn assert_failure(reply: Reply, status: u16, error: &str) -> Value {
    let body = reply.expect(status);
    assert_eq!(text(&body, "error"), error, "{body:#}");
    body
}
