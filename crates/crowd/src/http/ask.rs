use std::time::Duration;

use anyhow::{Context, anyhow};
use reqwest::header::{AUTHORIZATION, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::stack::Service;

/// One request, as often as it is sent.
#[derive(Clone, Debug)]
pub struct Ask {
    pub(super) service: Service,
    method: Method,
    path: String,
    bearer: Option<String>,
    key: Option<Uuid>,
    body: Option<Value>,
    repeatable: bool,
}

impl Ask {
    fn new(service: Service, method: Method, path: impl Into<String>) -> Self {
        let path = path.into();
        Self { service, method, path, bearer: None, key: None, body: None, repeatable: true }
    }

    pub fn get(service: Service, path: impl Into<String>) -> Self {
        Self::new(service, Method::GET, path)
    }

    pub fn post(service: Service, path: impl Into<String>) -> Self {
        Self::new(service, Method::POST, path)
    }

    pub fn put(service: Service, path: impl Into<String>) -> Self {
        Self::new(service, Method::PUT, path)
    }

    pub fn delete(service: Service, path: impl Into<String>) -> Self {
        Self::new(service, Method::DELETE, path)
    }

    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        self.bearer = Some(token.to_owned());
        self
    }

    /// The `Idempotency-Key`.
    #[must_use]
    pub fn key(mut self, key: Uuid) -> Self {
        self.key = Some(key);
        self
    }

    /// A repetition makes another one: what came of a lost one is never known, and nobody is the poorer.
    #[must_use]
    pub fn anew(mut self) -> Self {
        self.repeatable = false;
        self
    }

    pub fn json(mut self, body: &impl Serialize) -> anyhow::Result<Self> {
        self.body = Some(serde_json::to_value(body).context("a body that is no JSON")?);
        Ok(self)
    }

    /// Whether a lost answer is an unknown outcome, which asking again makes known.
    pub fn is_command(&self) -> bool {
        self.method != Method::GET && self.repeatable
    }

    /// The request as one can find it in a log.
    pub fn place(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The route, its ids left out: what a count is kept by.
    pub fn route(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        let words = path.split('/').map(|word| if Uuid::try_parse(word).is_ok() { "{id}" } else { word });
        format!("{} {}", self.method, words.collect::<Vec<_>>().join("/"))
    }

    pub(super) async fn send(&self, client: &Client, door: &str) -> Outcome {
        let mut request = client.request(self.method.clone(), format!("{door}{}", self.path));
        if let Some(token) = &self.bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = self.key {
            request = request.header("idempotency-key", key.to_string());
        }
        if let Some(body) = &self.body {
            request = request.json(body);
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Outcome::NeverSent,
            Err(error) => return Outcome::Lost(format!("{:#}", anyhow!(error.without_url()))),
        };
        let (status, retry_after) = (answer.status().as_u16(), retry_after(answer.headers()));
        match answer.bytes().await {
            Ok(body) => Outcome::Answered(Reply { status, retry_after, body: body.to_vec() }),
            // A status without its body says nothing that could be relied on.
            Err(error) => Outcome::Lost(format!("{:#}", anyhow!(error.without_url()))),
        }
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

/// What became of one request.
#[derive(Clone, Debug)]
pub enum Outcome {
    Answered(Reply),
    /// There was no connection to send it over.
    NeverSent,
    /// It may or may not have been carried out.
    Lost(String),
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn read<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_slice(&self.body).with_context(|| format!("a body that is not understood: {self}"))
    }

    /// A text member of a problem; empty where there is none.
    pub fn member(&self, name: &str) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The `code` of a problem; empty where it is none.
    pub fn code(&self) -> String {
        self.member("code")
    }

    pub const fn is_success(&self) -> bool {
        200 <= self.status && self.status < 300
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}
