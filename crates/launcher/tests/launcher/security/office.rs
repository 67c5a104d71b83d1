//! The four services, the facade and the pages, in memory and over real HTTP.

use std::collections::HashMap;

use launcher::environment::Environment;
use launcher::fleet::Fleet;
use launcher::installation::{Installation, Service};
use launcher::{origin, token};
use reqwest::header::AUTHORIZATION;
use reqwest::{Client, Method};
use serde_json::Value;
use service_kit::auth::{Role, ServiceCredential};
use service_kit::http::{self, Serving};
use service_kit::settings::{self, Sources};
use tempfile::TempDir;

use super::requests;
use super::routes::{Answer, Host, Line};
use super::scene::Scene;

/// Where routes are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// Each at its own service's.
    Services,
    /// All at the one public address.
    Origin,
}

pub struct Office {
    pub installation: Installation,
    pub operator: String,
    fleet: Fleet,
    origin: Serving,
    address: Address,
    client: Client,
    _folder: TempDir,
}

impl Office {
    pub async fn open(address: Address) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let installation = Installation::open(folder.path()).unwrap();
        let operator = token::issue(&installation, Role::Operator, 3_600).unwrap();
        // Callers look, and do, as often as they like.
        let settings = [
            ("BOXOFFICE__QUEUE__POLL_BUDGET", "false"),
            ("BOXOFFICE__HTTP__USER_RATE_LIMIT_PER_SECOND", "0"),
        ];
        let environment: Environment =
            HashMap::from(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let fleet = Fleet::start(&installation, &environment, &None).await.unwrap();
        let defaults = include_str!("../../../config/default.toml");
        let settings = settings::load_shared(Sources { section: "launcher", defaults, environment }).unwrap();
        let listener = http::bind("127.0.0.1", 0).unwrap();
        let origin = origin::serve(listener, &settings.http, &fleet).unwrap();
        let client = service_kit::client::build(std::time::Duration::from_secs(30)).unwrap();
        Self { installation, operator, fleet, origin, address, client, _folder: folder }
    }

    fn base(&self, host: Host, address: Address) -> String {
        let own = match host {
            Host::Queue => self.fleet.queue.address(),
            Host::Concert => self.fleet.concert.address(),
            Host::Reservation => self.fleet.reservation.address(),
            Host::Wallet => self.fleet.wallet.address(),
            Host::Facade | Host::Storefront => self.origin.address(),
        };
        let asked = if address == Address::Origin { self.origin.address() } else { own };
        format!("http://{asked}")
    }

    /// Whether queue tokens are told from what only looks like one where this host's routes are asked.
    pub fn reads_queue_tokens(&self, host: Host) -> bool {
        host == Host::Queue || self.address == Address::Origin
    }

    /// The answer to a route's request, at `path`, about what the owner has in `scene`.
    pub async fn ask(&self, line: &Line, scene: &Scene, path: &str, shown: Option<&str>) -> Answer {
        let body = requests::body(line, scene);
        let (status, body) = self.send(line.host, line.method.clone(), path, shown, body).await;
        // The facade's texts are the documents'.
        let code = body["code"].as_str().filter(|_| status >= 400 && line.host != Host::Facade);
        Answer { status, code: code.map(str::to_owned) }
    }

    /// Status and body; of a stream, which has no end, the status alone.
    pub async fn send(
        &self,
        host: Host,
        method: Method,
        path: &str,
        authorization: Option<&str>,
        body: Option<Value>,
    ) -> (u16, Value) {
        self.send_to(self.address, host, method, path, authorization, body).await
    }

    /// The status of a look at a service itself, wherever the rest is asked.
    pub async fn look_inside(&self, host: Host, path: &str, authorization: &str) -> u16 {
        self.send_to(Address::Services, host, Method::GET, path, Some(authorization), None).await.0
    }

    async fn send_to(
        &self,
        address: Address,
        host: Host,
        method: Method,
        path: &str,
        authorization: Option<&str>,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.base(host, address)));
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        if status == 200 && path.ends_with("/events") {
            return (status, Value::Null);
        }
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// The body of an answer that has to be a success.
    pub async fn must(
        &self,
        host: Host,
        method: Method,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> Value {
        let bearer = format!("Bearer {token}");
        let authorization = (!token.is_empty()).then_some(bearer.as_str());
        let (status, body) = self.send(host, method.clone(), path, authorization, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {body:#}");
        body
    }

    /// The `Authorization` header of a service.
    pub fn credential(&self, name: &str) -> String {
        let service = Service::ALL.into_iter().find(|service| service.name() == name).unwrap();
        ServiceCredential::new(name, self.installation.secret(service)).unwrap().header_value().to_owned()
    }
}
