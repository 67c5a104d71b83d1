//! Every process of a distributed installation, and nginx in front of them with the configuration of the containers.

use std::net::IpAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use launcher::installation::Service;
use reqwest::Method;
use serde_json::Value;
use test_kit::{Reply, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::nginx::{Nginx, Process, Values};
use crate::stack::{Stack, binary, free_ports};

/// What a test that is not about limits never reaches.
const ENDLESS: &str = "100000r/s";

/// What differs from one test to the next.
pub struct Plan<'a> {
    /// Settings of the four services.
    pub settings: &'a [(&'a str, &'a str)],
    pub calls_rate: &'a str,
    pub newcomers_rate: &'a str,
    /// Requests beyond a rate that are let through at once.
    pub burst: u32,
    /// Requests under way at once from one address.
    pub connections: u32,
    /// Of concert-service and of reservation-service.
    pub replicas: usize,
    /// Where another queue-service listens while it is the active one.
    pub other_queue: Option<u16>,
}

impl Default for Plan<'_> {
    fn default() -> Self {
        Self {
            settings: &[],
            calls_rate: ENDLESS,
            newcomers_rate: ENDLESS,
            burst: 10_000,
            connections: 1_000,
            replicas: 1,
            other_queue: None,
        }
    }
}

/// Ended with the test, the gateway first.
pub struct Site {
    gateway: Nginx,
    /// Asks through the gateway.
    pub stack: Stack,
    /// Beside those of the stack.
    pub replicas: Vec<(Service, u16, Process)>,
    _facade: Process,
    _storefront: Process,
}

impl Site {
    pub async fn open(plan: Plan<'_>) -> Self {
        let mut settings = vec![("BOXOFFICE__HTTP__TRUSTED_PROXY_HOPS", "1")];
        settings.extend(plan.settings);
        let mut stack = Stack::start_with(&settings).await;
        let mut replicas = Vec::new();
        for service in [Service::Concert, Service::Reservation].repeat(plan.replicas - 1) {
            let [port] = free_ports();
            let mut command = stack.command(service);
            replicas.push((
                service,
                port,
                Process::start(command.env("BOXOFFICE__HTTP__PORT", port.to_string())),
            ));
            stack.ready_at(port).await;
        }
        let [facade_port, storefront_port] = free_ports();
        let facade = Process::start(&mut beside("facade", facade_port, &stack));
        let storefront = Process::start(&mut beside("storefront", storefront_port, &stack));
        stack.ready_at(facade_port).await;
        stack.ready_at(storefront_port).await;

        let server = |port: u16| format!("server 127.0.0.1:{port} max_fails=3 fail_timeout=5s;");
        let servers = |service: Service| {
            let others = replicas.iter().filter(|(of, _, _)| *of == service).map(|(_, port, _)| *port);
            [stack.port(service)].into_iter().chain(others).map(server).collect::<Vec<_>>().join(" ")
        };
        let active = |port: u16| format!("server 127.0.0.1:{port} max_fails=3 fail_timeout=1s;");
        let queues = [Some(stack.active_port()), plan.other_queue].into_iter().flatten().map(active);
        let burst = plan.burst.to_string();
        let values = [
            ("QUEUE_SERVERS", queues.collect::<Vec<_>>().join(" ")),
            ("CONCERT_SERVERS", servers(Service::Concert)),
            ("RESERVATION_SERVERS", servers(Service::Reservation)),
            ("WALLET_SERVERS", servers(Service::Wallet)),
            ("FACADE_SERVERS", server(facade_port)),
            ("STOREFRONT_SERVERS", server(storefront_port)),
            ("CALLS_RATE", plan.calls_rate.to_owned()),
            ("CALLS_BURST", burst.clone()),
            ("NEWCOMERS_RATE", plan.newcomers_rate.to_owned()),
            ("NEWCOMERS_BURST", burst),
            ("CONNECTIONS_PER_CLIENT", plan.connections.to_string()),
        ];
        let gateway = Nginx::start(Values::from(values.map(|(name, value)| (name.to_owned(), value)))).await;
        stack.gateway = Some(gateway.port);
        Self { gateway, stack, replicas, _facade: facade, _storefront: storefront }
    }

    /// A request as the published documents show it: with a token that has no scheme.
    pub fn request(&self, method: Method, path: &str, token: &str, body: &Value) -> Request {
        self.request_from("127.0.0.1", method, path, token, body)
    }

    /// The same from another address of this machine.
    pub fn request_from(
        &self,
        address: &str,
        method: Method,
        path: &str,
        token: &str,
        body: &Value,
    ) -> Request {
        let builder = client_at(address).request(method, self.url(path));
        let builder = if body.is_null() { builder } else { builder.json(body) };
        let request = Request::new(builder);
        if token.is_empty() { request } else { request.authorization(token) }
    }

    pub async fn get(&self, path: &str, token: &str) -> Reply {
        self.request(Method::GET, path, token, &Value::Null).send().await
    }

    pub async fn get_from(&self, address: &str, path: &str, token: &str) -> Reply {
        self.request_from(address, Method::GET, path, token, &Value::Null).send().await
    }

    pub fn url(&self, path: &str) -> String {
        self.gateway.url(path)
    }

    /// The answer to an address exactly as it is written here, which a client of ours would tidy up: head and body.
    pub async fn raw(&self, target: &str) -> (String, String) {
        let mut connection = TcpStream::connect(("127.0.0.1", self.gateway.port)).await.unwrap();
        let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{target}: {answer}"));
        (head.to_owned(), body.to_owned())
    }

    /// Where the gateway says that it went for `service`, once for each request.
    pub fn asked(&self, service: &str) -> Vec<String> {
        self.logged(|line| line["service"] == service)
    }

    /// The same for the requests of one address.
    pub fn asked_for(&self, path: &str) -> Vec<String> {
        self.logged(|line| line["uri"] == path)
    }

    fn logged(&self, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
        let log = self.gateway.access_log();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(wanted).map(|line| line["upstream"].to_string()).collect()
    }

    /// Whether nginx still runs.
    pub fn gateway_runs(&mut self) -> bool {
        self.gateway.runs()
    }
}

/// The client of a fan at this address.
pub fn client_at(address: &str) -> reqwest::Client {
    let address: IpAddr = address.parse().unwrap();
    reqwest::Client::builder()
        .local_address(address)
        .timeout(Duration::from_mins(1))
        .no_proxy()
        .build()
        .unwrap()
}

/// A process that has nothing but the addresses of the services.
pub fn beside(name: &str, port: u16, stack: &Stack) -> Command {
    let mut command = Command::new(binary(name));
    command.env_clear().envs(stack.peers()).stdout(Stdio::null()).stderr(Stdio::inherit());
    command.env("BOXOFFICE__HTTP__PORT", port.to_string()).env("BOXOFFICE__HTTP__WORKERS", "1");
    command.env("BOXOFFICE__HTTP__TRUSTED_PROXY_HOPS", "1").env("BOXOFFICE__TELEMETRY__LEVEL", "warn");
    command
}
