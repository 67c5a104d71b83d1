//! Whatever the services and the facade say in their logs, be it everything: no secret, token or key is among it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use launcher::installation::Service;
use reqwest::Method;
use serde_json::{Value, json};
use test_kit::{Reply, Request};

use crate::fan::Fan;
use crate::gateway::nginx::Process;
use crate::gateway::site::{beside, client_at};
use crate::hall::{Hall, MAIN_QUEUE, SEAT_PRICE, text};
use crate::stack::{Stack, eventually, free_ports};

/// A shorter text may stand in a log by chance.
const SHORTEST_TELLING: usize = 20;

/// Has a process say all there is to say into a file of its own.
fn tell_everything(mut command: Command, log: &Path) -> Command {
    command.env("BOXOFFICE__TELEMETRY__LEVEL", "trace").env("BOXOFFICE__TELEMETRY__FORMAT", "json");
    command.stderr(File::create(log).unwrap());
    command
}

/// Restarts every service so; their logs.
async fn services_tell_everything(stack: &Stack, folder: &Path) -> Vec<PathBuf> {
    let mut logs = Vec::new();
    for service in Service::ALL {
        let path = folder.join(service.name());
        stack.kill(service);
        stack.spawn_as(service, tell_everything(stack.command(service), &path));
        logs.push(path);
    }
    for service in Service::ALL {
        stack.ready(service).await;
    }
    logs
}

/// The facade beside them.
struct Facade {
    port: u16,
    _process: Process,
}

impl Facade {
    async fn telling_everything(stack: &Stack, log: &Path) -> Self {
        let [port] = free_ports();
        let process = Process::start(&mut tell_everything(beside("facade", port, stack), log));
        stack.ready_at(port).await;
        Self { port, _process: process }
    }

    async fn call(&self, method: Method, path: &str, token: &str, body: Value) -> Reply {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let request = Request::new(client_at("127.0.0.1").request(method, url).json(&body));
        let request = if token.is_empty() { request } else { request.authorization(token) };
        request.send().await
    }

    /// What a client of the documents does, well and badly, and every token that it is shown or shows.
    async fn journey(&self, stack: &Stack, hall: &Hall) -> Vec<(String, String)> {
        let entered = self.call(Method::POST, "/queues", "", Value::Null).await.expect(200);
        let [user, place, access] = ["userId", "userToken", "accessToken"].map(|name| text(&entered, name));
        eventually("the client is served", || async {
            let stands = self.call(Method::GET, "/queues", &place, Value::Null).await;
            (stands.status == 200 && stands.body["tokenStatus"] == "service").then_some(())
        })
        .await;
        let entry = stack.get(&format!("/v1/queues/{MAIN_QUEUE}/entries/me")).bearer(&place).send().await;
        let pass = text(&entry.expect(200), "pass");
        let queue = format!("/api/queue/{user}");
        let joint = text(&self.call(Method::GET, &queue, &access, Value::Null).await.expect(200), "token");
        let forged = place.replace("q1.", "q1.A");
        let charge = json!({ "userId": user, "amount": SEAT_PRICE });
        for token in [&place, &access, &pass, &joint, &forged] {
            self.call(Method::PATCH, "/payments/charges", token, charge.clone()).await;
            for path in [
                "/queues",
                &queue,
                &format!("/concerts/{}/dates", hall.concert),
                &format!("/payments/{user}/accounts"),
                &format!("/api/point/{user}"),
            ] {
                self.call(Method::GET, path, token, Value::Null).await;
            }
            self.call(Method::POST, "/payments/pays", token, json!({ "userId": user, "ticketId": 7 })).await;
        }
        let tokens = [
            ("the token of a place", place),
            ("a new user's access token", access),
            ("the pass behind a place", pass),
            ("a place and its owner in one", joint),
            ("a forged place", forged),
        ];
        tokens.map(|(what, token)| (what.to_owned(), token)).to_vec()
    }
}

/// Everything that a fan can do, well and badly, with each credential.
async fn journey(stack: &Stack, hall: &Hall) -> Vec<(String, String)> {
    let fan = Fan::with_money(stack, 2 * SEAT_PRICE).await;
    let held = fan.hold_number(stack, hall, 1).await;
    fan.pay(stack, &held).await.expect(201);
    let spent = fan.pass.clone();
    let tickets =
        stack.get(&format!("/v1/reservations/{held}/tickets")).bearer(&fan.access).send().await.expect(200);
    fan.look(stack).await.problem(401, "pass_expired");
    let other = Fan::admitted(stack).await;
    let given_up = other.hold_number(stack, hall, 2).await;
    other.release(stack, &given_up).await.expect(204);
    let forged = format!("{}A", other.pass);
    let forged_place = other.queue_token.replace("q1.", "q1.A");
    for credential in [
        &forged,
        &forged_place,
        &spent,
        &other.queue_token,
        &other.access,
        &"unknown-service:and-a-long-secret".to_owned(),
    ] {
        for path in [
            "/v1/reservations",
            "/v1/wallets/x",
            &format!("/v1/queues/{MAIN_QUEUE}/entries/me"),
            "/v1/concerts",
        ] {
            stack.get(path).bearer(credential).send().await;
        }
        stack.post("/v1/reservations", json!({ "scheduleId": 1 })).bearer(credential).send().await;
    }
    stack.get(&format!("/v1/admin/services/{}", "wallet")).bearer(stack.operator()).send().await;
    vec![
        ("the access token".to_owned(), fan.access),
        ("another's access token".to_owned(), other.access),
        ("a spent pass".to_owned(), spent),
        ("a pass".to_owned(), other.pass),
        ("a queue token".to_owned(), other.queue_token),
        ("a forged pass".to_owned(), forged),
        ("a forged queue token".to_owned(), forged_place),
        ("the secret of a service that there is not".to_owned(), "and-a-long-secret".to_owned()),
        ("a ticket's code".to_owned(), text(&tickets["tickets"][0], "code")),
        ("the operator's token".to_owned(), stack.operator().to_owned()),
    ]
}

/// Keys, secrets and passwords of the installation, line by line, since a key is never written in one.
fn installed(stack: &Stack) -> Vec<(String, String)> {
    let files = fs::read_dir(stack.installation.data_dir().join("keys")).unwrap();
    let mut secrets = Vec::new();
    for file in files {
        let path = file.unwrap().path();
        for line in fs::read_to_string(&path).unwrap().lines().filter(|line| !line.starts_with("-----")) {
            secrets.push((path.display().to_string(), line.to_owned()));
        }
    }
    assert!(secrets.len() >= 12, "{}", secrets.len());
    // The test databases' roles have one of their own.
    secrets.push(("the password of the database's roles".to_owned(), "only-for-tests".to_owned()));
    secrets
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_says_everything_says_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start().await;
    let mut logs = services_tell_everything(&stack, folder.path()).await;
    logs.push(folder.path().join("facade"));
    let facade = Facade::telling_everything(&stack, &folder.path().join("facade")).await;
    let hall = Hall::open(&stack).await;
    let mut secrets = journey(&stack, &hall).await;
    secrets.extend(facade.journey(&stack, &hall).await);
    secrets.extend(installed(&stack));
    drop(facade);
    for service in Service::ALL {
        stack.kill(service);
    }
    let mut told = Vec::new();
    for path in logs {
        let log = fs::read_to_string(&path).unwrap();
        assert!(log.contains("\"level\":\"TRACE\""), "{} does not say everything", path.display());
        for (what, secret) in &secrets {
            // The signature alone makes a token good for somebody who can guess the rest.
            let telling =
                secret.rsplit('.').next().filter(|part| part.len() >= SHORTEST_TELLING).unwrap_or(secret);
            if let Some(line) = log.lines().find(|line| line.contains(telling)) {
                told.push(format!("{} tells {what}: {line}", path.display()));
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_start_says_why_and_no_secret() {
    const TELLING: &str = "a-password-that-tells-a-lot";
    let stack = Stack::start().await;
    let unusable = [
        ("BOXOFFICE__DATABASE__URL", format!("postgres://boxoffice_queue:{TELLING}@127.0.0.1:1/nothing")),
        ("BOXOFFICE__DATABASE__URL", format!("postgres://boxoffice_queue:{TELLING}@[nowhere/nothing")),
        ("BOXOFFICE__DATABASE__URL", TELLING.to_owned()),
        ("BOXOFFICE__QUEUE__PASS_KEY", TELLING.to_owned()),
        ("BOXOFFICE__QUEUE__PREVIOUS_PASS_KEYS", TELLING.to_owned()),
        ("BOXOFFICE__AUTH__SERVICE_SECRET", format!("{TELLING}\n{TELLING}")),
        ("BOXOFFICE__AUTH__ACCEPTED_SERVICES__WALLET", TELLING.to_owned()),
        ("BOXOFFICE__TELEMETRY__OTLP_ENDPOINT", format!("http://fan:{TELLING}@127.0.0.1:1")),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", format!("fan:{TELLING}@127.0.0.1:1")),
    ];
    for (setting, value) in unusable {
        let mut command = stack.command(Service::Queue);
        command
            .env("BOXOFFICE__TELEMETRY__LEVEL", "trace")
            .env("BOXOFFICE__HTTP__PORT", "0")
            .env(setting, value);
        let output = command.stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && !said.is_empty(), "{setting}: {said}");
        assert!(!said.contains(TELLING), "{setting}: {said}");
    }
}
