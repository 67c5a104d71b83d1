use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use serde_json::Value;

/// A request that is being written down.
#[must_use = "a request does nothing until it is sent"]
pub struct Request(reqwest::RequestBuilder);

impl Request {
    /// Any request, for what has an address of its own.
    pub fn new(builder: reqwest::RequestBuilder) -> Self {
        Self(builder)
    }

    /// Shows an access token, pass or queue token.
    pub fn bearer(self, token: &str) -> Self {
        Self(self.0.bearer_auth(token))
    }

    /// Shows a whole `Authorization` value, as `Issuers::service_credential` gives it.
    pub fn authorization(self, value: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), value)
    }

    /// Names the command, so that a repetition is known for one.
    pub fn key(self, idempotency_key: &str) -> Self {
        self.header("idempotency-key", idempotency_key)
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    pub async fn send(self) -> Reply {
        let response = self.0.send().await.unwrap_or_else(|error| panic!("no answer came: {error:?}"));
        Reply::read(response).await.unwrap_or_else(|error| panic!("the answer broke off: {error:?}"))
    }

    /// The answer, if one comes: whoever is asked may be on the way out.
    pub async fn try_send(self) -> Option<Reply> {
        Reply::read(self.0.send().await.ok()?).await.ok()
    }
}

impl Reply {
    async fn read(response: reqwest::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        };
        Ok(Self { status, headers, body })
    }
}

/// An answer. A body that is no JSON is a string; an empty one is null.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body of the answer, whose status has to be this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "the answer was {:#}", self.body);
        self.body
    }

    /// The body of the answer, which has to be a complete problem with this status and code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        let kind = self.header(CONTENT_TYPE.as_str()).map(ToOwned::to_owned);
        let body = self.expect(status);
        assert_eq!(kind.as_deref(), Some("application/problem+json"), "{body:#}");
        assert_eq!(body.get("code"), Some(&Value::from(code)), "{body:#}");
        assert_eq!(body.get("status"), Some(&Value::from(status)), "{body:#}");
        let request_id = body.get("requestId").and_then(Value::as_str).unwrap_or_default();
        assert!(!request_id.is_empty(), "no requestId in {body:#}");
        body
    }
}
