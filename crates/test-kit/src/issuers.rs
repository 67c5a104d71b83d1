use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::{DateTime, TimeDelta, Utc};
use domain::adapters::system;
use domain::shared::{Clock, EntryId, IdGenerator, QueueId, UserId};
use service_kit::auth::{AccessTokens, Jwks, KeyRing, PassIssuer, Role, ServiceCredential, SigningKey};

use crate::database::SECTIONS;

/// Longer than any test.
const ACCESS_TOKEN_SECONDS: u32 = 3600;

/// Everybody that a spawned service trusts: the issuer of access tokens, the issuer of passes, and its peers.
///
/// Their keys are served over HTTP where the services look for them, and so are the peers' answers that a test makes
/// up with [`Issuers::with_routes`]. Serves until dropped.
pub struct Issuers {
    access: AccessTokens,
    passes: PassIssuer,
    access_key_pem: String,
    pass_key_pem: String,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    url: String,
    server: ServerHandle,
}

impl Issuers {
    pub async fn start() -> Self {
        Self::with_routes(|_| {}).await
    }

    /// With `routes` beside the keys: what the service under test shall hear from its peers.
    #[expect(
        clippy::unused_async,
        reason = "serving needs a runtime, which only an async function is sure to have"
    )]
    pub async fn with_routes<R>(routes: R) -> Self
    where
        R: Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    {
        let (clock, ids) = system::system();
        let access_key_pem = SigningKey::generate_pem().expect("a new access key");
        let pass_key_pem = SigningKey::generate_pem().expect("a new pass key");
        let (access_key, pass_key) = (key(&access_key_pem), key(&pass_key_pem));
        let (access_keys, pass_keys) = (published(&access_key), published(&pass_key));
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port for the issuers");
        let url = format!("http://{}", listener.local_addr().expect("the issuers' address"));
        let server = HttpServer::new(move || {
            App::new()
                .configure(serve("/internal/v1/access-keys", access_keys.clone()))
                .configure(serve("/.well-known/jwks.json", pass_keys.clone()))
                .configure(routes.clone())
        });
        let server = server.workers(1).disable_signals().listen(listener).expect("the issuers listen").run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            access: AccessTokens::new(access_key, Arc::clone(&ids)),
            passes: PassIssuer::new(pass_key),
            access_key_pem,
            pass_key_pem,
            clock,
            ids,
            url,
            server: handle,
        }
    }

    /// Where all of them are found.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A fan's.
    pub fn access_token(&self, user: UserId, name: &str) -> String {
        self.issue(user, name, &[])
    }

    /// An operator's, who is somebody new each time.
    pub fn operator_token(&self) -> String {
        self.issue(UserId(self.ids.next()), "operator", &[Role::Operator])
    }

    fn issue(&self, user: UserId, name: &str, roles: &[Role]) -> String {
        let issued = self.access.issue(user, name, roles, self.clock.now(), ACCESS_TOKEN_SECONDS);
        issued.expect("an access token").token
    }

    pub fn pass(&self, entry: EntryId, queue: QueueId, user: UserId, expires_at: DateTime<Utc>) -> String {
        self.passes.issue(entry, queue, user, self.clock.now(), expires_at).expect("a pass")
    }

    /// A pass whose time was up a minute ago.
    pub fn expired_pass(&self, entry: EntryId, queue: QueueId, user: UserId) -> String {
        let expired_at = self.clock.now() - TimeDelta::minutes(1);
        let issued_at = expired_at - TimeDelta::minutes(10);
        self.passes.issue(entry, queue, user, issued_at, expired_at).expect("a pass")
    }

    /// The `Authorization` header of the service `name`, as in `reservation-service`.
    pub fn service_credential(&self, name: &str) -> String {
        credential(name).header_value().to_owned()
    }

    /// For the service that signs access tokens itself.
    pub fn access_key_pem(&self) -> &str {
        &self.access_key_pem
    }

    /// For the service that signs passes itself.
    pub fn pass_key_pem(&self) -> &str {
        &self.pass_key_pem
    }

    /// The settings that make the service `name` trust all this, as its environment has them.
    pub fn environment(&self, name: &str) -> HashMap<String, String> {
        let mut environment = HashMap::from([("BOXOFFICE__AUTH__SERVICE_SECRET".to_owned(), secret(name))]);
        for section in SECTIONS {
            let upper = section.to_uppercase();
            let digest = credential(&format!("{section}-service")).digest().to_owned();
            environment.insert(format!("BOXOFFICE__AUTH__ACCEPTED_SERVICES__{upper}"), digest);
            environment.insert(format!("BOXOFFICE__PEERS__{upper}"), self.url.clone());
        }
        environment
    }
}

impl Drop for Issuers {
    fn drop(&mut self) {
        // The command is sent at once; the future only waits for the end.
        drop(self.server.stop(false));
    }
}

fn key(pem: &str) -> SigningKey {
    SigningKey::from_pem(pem).expect("a generated key")
}

fn published(key: &SigningKey) -> Jwks {
    KeyRing { current: key.clone(), also_accepted: Vec::new() }.jwks()
}

fn serve(path: &'static str, keys: Jwks) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        let answer = move || {
            let keys = keys.clone();
            async move { HttpResponse::Ok().json(keys) }
        };
        config.route(path, web::get().to(answer));
    }
}

/// The same in every test: long enough to be accepted, and no secret at all.
fn secret(name: &str) -> String {
    format!("{name}-secret-known-to-every-test")
}

fn credential(name: &str) -> ServiceCredential {
    ServiceCredential::new(name, &secret(name)).expect("the test credential of a service")
}
