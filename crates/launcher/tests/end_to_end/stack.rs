//! Four processes and their database.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use diesel_async::SimpleAsyncConnection;
use launcher::environment::{self, Environment};
use launcher::installation::{Installation, Service};
use launcher::token;
use reqwest::Method;
use serde::Serialize;
use service_kit::auth::Role;
use service_kit::postgres::provision;
use tempfile::TempDir;
pub use test_kit::{PATIENCE, eventually};
use test_kit::{Request, TestDatabase, Unheard};

/// A whole installation, distributed over processes as an operator would run it.
pub struct Stack {
    pub database: TestDatabase,
    pub installation: Installation,
    operator: String,
    overrides: Environment,
    ports: [u16; 4],
    /// Where queue-service listens while it is the active one, and its peers ask.
    active_port: u16,
    /// The port that everything is asked at; without one, each service is asked itself.
    pub gateway: Option<u16>,
    processes: Mutex<[Option<Child>; 4]>,
    client: reqwest::Client,
    _data_dir: TempDir,
}

impl Stack {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With settings as an operator gives them, to every service alike.
    pub async fn start_with(overrides: &[(&str, &str)]) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let installation = Installation::open(data_dir.path()).unwrap();
        let operator = token::issue(&installation, Role::Operator, 3_600).unwrap();
        let overrides = overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let [active_port] = free_ports();
        let stack = Self {
            database: TestDatabase::for_all().await,
            installation,
            operator,
            overrides: overrides.collect(),
            ports: free_ports(),
            active_port,
            gateway: None,
            processes: Mutex::default(),
            client: service_kit::client::build(Duration::from_mins(2)).unwrap(),
            _data_dir: data_dir,
        };
        for service in Service::ALL {
            stack.spawn(service);
        }
        for service in Service::ALL {
            stack.ready(service).await;
        }
        stack
    }

    /// Starts one service; it is ready once [`Self::ready`] returns.
    pub fn spawn(&self, service: Service) {
        self.spawn_as(service, self.command(service));
    }

    /// The same by a command of one's own.
    pub fn spawn_as(&self, service: Service, mut command: Command) {
        let child = command.spawn().expect("the binary is built: scripts/test does that");
        self.processes.lock().unwrap()[index(service)] = Some(child);
    }

    /// Starts one service again, told something else.
    pub async fn restart_with(&self, service: Service, told: &Environment) {
        self.kill(service);
        let mut command = self.command(service);
        command.envs(told);
        self.spawn_as(service, command);
        self.ready(service).await;
    }

    pub fn command(&self, service: Service) -> Command {
        let mut command = Command::new(binary(&service.name()));
        command.env_clear().stdout(Stdio::null()).stderr(Stdio::inherit());
        command.envs(environment::of_service(
            &self.installation,
            service,
            Some(self.database.url(service.schema())),
        ));
        command.envs(self.peers());
        // Two cores run several stacks at once: what a busy machine delays is not what these tests are about.
        command
            .env("BOXOFFICE__DATABASE__ACQUIRE_TIMEOUT_MS", "5000")
            .env("BOXOFFICE__DATABASE__MAX_WAIT_MS", "30000")
            .env("BOXOFFICE__DATABASE__POOL_SIZE", "6");
        // Tests look, and do, as often as they like.
        command.env("BOXOFFICE__QUEUE__POLL_BUDGET", "false");
        command.env("BOXOFFICE__HTTP__USER_RATE_LIMIT_PER_SECOND", "0");
        command.env("BOXOFFICE__HTTP__WORKERS", "1").env("BOXOFFICE__TELEMETRY__LEVEL", "warn");
        command.env("BOXOFFICE__HTTP__PORT", self.ports[index(service)].to_string());
        if matches!(service, Service::Queue) {
            command.env("BOXOFFICE__HTTP__ACTIVE_PORT", self.active_port.to_string());
        }
        command.envs(&self.overrides);
        command
    }

    /// Where the services are, as each process is told.
    pub fn peers(&self) -> Environment {
        let address = |peer: Service| {
            let name = format!("BOXOFFICE__PEERS__{}", peer.schema().to_uppercase());
            let port = if matches!(peer, Service::Queue) { self.active_port } else { self.port(peer) };
            (name, format!("http://127.0.0.1:{port}"))
        };
        Service::ALL.into_iter().map(address).collect()
    }

    pub async fn ready(&self, service: Service) {
        self.ready_at(self.ports[index(service)]).await;
    }

    /// Waits until the process that listens on `port` says that it can do its work.
    pub async fn ready_at(&self, port: u16) {
        let url = format!("http://127.0.0.1:{port}/readyz");
        eventually("a service is ready", || async {
            let answer = self.client.get(&url).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// Where one service listens.
    pub fn port(&self, service: Service) -> u16 {
        self.ports[index(service)]
    }

    /// Where queue-service listens while it is the active one.
    pub fn active_port(&self) -> u16 {
        self.active_port
    }

    /// `kill -9`.
    pub fn kill(&self, service: Service) {
        if let Some(mut child) = self.processes.lock().unwrap()[index(service)].take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// By hand, as the administrator.
    pub async fn execute(&self, statements: &str) {
        let mut connection = provision::connect(self.database.admin_url()).await.unwrap();
        connection.batch_execute(statements).await.unwrap();
    }

    /// All holds there are were made an hour earlier.
    pub async fn let_holds_lapse(&self) {
        self.execute(
            "UPDATE reservation.seats SET held_until = held_until - interval '1 hour'; \
             UPDATE reservation.reservations SET held_until = held_until - interval '1 hour'",
        )
        .await;
    }

    pub fn operator(&self) -> &str {
        &self.operator
    }

    pub fn get(&self, path: &str) -> Request {
        Request::new(self.builder(Method::GET, path))
    }

    pub fn post(&self, path: &str, body: impl Serialize) -> Request {
        Request::new(self.builder(Method::POST, path).json(&body))
    }

    pub fn put(&self, path: &str, body: impl Serialize) -> Request {
        Request::new(self.builder(Method::PUT, path).json(&body))
    }

    pub fn delete(&self, path: &str) -> Request {
        Request::new(self.builder(Method::DELETE, path))
    }

    fn builder(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let port = self.gateway.unwrap_or_else(|| self.port(route(path)));
        self.client.request(method, format!("http://127.0.0.1:{port}{path}"))
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for service in Service::ALL {
            self.kill(service);
        }
    }
}

/// What a gateway does: the service that has the path.
fn route(path: &str) -> Service {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
    if starts(&["/v1/users", "/v1/wallets"]) {
        Service::Wallet
    } else if starts(&["/v1/queues", "/v1/admin/queues", "/.well-known"]) {
        Service::Queue
    } else if starts(&["/v1/reservations", "/v1/payments"]) {
        Service::Reservation
    } else {
        Service::Concert
    }
}

fn index(service: Service) -> usize {
    Service::ALL.iter().position(|other| *other == service).unwrap()
}

/// A binary of the workspace, which stands one folder above that of the tests.
pub fn binary(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests.parent().and_then(|folder| folder.parent()).unwrap().join(name)
}

/// Ports for this test's programs alone, until its process ends.
pub fn free_ports<const COUNT: usize>() -> [u16; COUNT] {
    [(); COUNT].map(|()| {
        let unheard = Unheard::reserve();
        let port = unheard.port();
        std::mem::forget(unheard);
        port
    })
}
