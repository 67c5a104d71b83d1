//! What the processes write on standard error.

use std::fs::{self, File};
use std::process::Child;

use launcher::installation::Service;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::fan::Fan;
use crate::hall::{Hall, MAIN_QUEUE, SEAT_PRICE, add_concert};
use crate::stack::{Stack, eventually, free_ports};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// A service whose log is read.
struct Logged {
    child: Child,
    log: NamedTempFile,
}

impl Logged {
    /// In place of the one that runs.
    async fn start(stack: &Stack, service: Service) -> Self {
        stack.kill(service);
        let log = NamedTempFile::new().unwrap();
        let child = stack.command(service).stderr(File::create(log.path()).unwrap()).spawn().unwrap();
        stack.ready(service).await;
        Self { child, log }
    }

    /// Every line is one object.
    fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.log.path()).unwrap();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }

    /// Everything it has said, to its end, at which it sends its last spans.
    fn stop(mut self) -> Vec<Value> {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
        assert!(self.child.wait().unwrap().success());
        self.lines()
    }

    /// The lines in which this stands so, once there is one.
    async fn said(&self, field: &str, value: &str) -> Vec<Value> {
        eventually("it is logged", || async {
            let says = |line: &Value| line[field].as_str().is_some_and(|said| said.starts_with(value));
            let said: Vec<_> = self.lines().into_iter().filter(says).collect();
            (!said.is_empty()).then_some(said)
        })
        .await
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn stack() -> Stack {
    let [nobody] = free_ports();
    Stack::start_with(&[
        ("BOXOFFICE__TELEMETRY__FORMAT", "json"),
        ("BOXOFFICE__TELEMETRY__OTLP_ENDPOINT", &format!("http://127.0.0.1:{nobody}")),
        ("BOXOFFICE__TELEMETRY__TRACES_SAMPLE_RATIO", "1"),
    ])
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_service_says_of_a_request_stands_under_its_id_its_trace_and_the_services_name() {
    let stack = stack().await;
    let fan = Fan::new(&stack).await;
    let concerts = add_concert(&stack, chrono::TimeDelta::days(-1), chrono::TimeDelta::days(1)).await;
    // The tables that these requests need are not there.
    for (service, table, method, path) in [
        (Service::Wallet, "wallet.journal_lines", "GET", format!("/v1/wallets/{}/entries", fan.user)),
        (Service::Concert, "concert.concerts", "GET", format!("/v1/concerts/{concerts}")),
        (Service::Reservation, "reservation.reservations", "GET", "/v1/reservations".to_owned()),
        (Service::Queue, "queue.entries", "POST", format!("/v1/queues/{MAIN_QUEUE}/entries")),
    ] {
        let logged = Logged::start(&stack, service).await;
        stack.execute(&format!("ALTER TABLE {table} RENAME TO gone")).await;
        let id = format!("asked-of-{}", service.schema());
        let request = if method == "POST" { stack.post(&path, json!({})) } else { stack.get(&path) };
        let request = request.bearer(&fan.access).header("x-request-id", &id);
        let answer = request.header("traceparent", &format!("00-{TRACE}-b7ad6b7169203331-01")).send().await;
        assert_eq!(answer.header("x-request-id"), Some(id.as_str()));
        assert_eq!(answer.problem(500, "internal_error")["requestId"], id.as_str());
        let lines = logged.said("request_id", &id).await;
        assert_eq!(lines.len(), 1, "{lines:#?}");
        for (name, value) in [
            ("level", "ERROR".to_owned()),
            ("message", "answered 500: unexpected error".to_owned()),
            ("service", service.name()),
            ("request_id", id),
            ("trace_id", TRACE.to_owned()),
            ("asked", format!("{method} {path}")),
        ] {
            assert_eq!(lines[0][name], value, "{:#}", lines[0]);
        }
        drop(logged);
        stack
            .execute(&format!(
                "ALTER TABLE {}.gone RENAME TO {}",
                service.schema(),
                &table[service.schema().len() + 1..]
            ))
            .await;
        stack.spawn(service);
        stack.ready(service).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_calls_others_under_the_id_that_it_logs_under() {
    let stack = stack().await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    let (reservations, queue) =
        (Logged::start(&stack, Service::Reservation).await, Logged::start(&stack, Service::Queue).await);
    fan.pay(&stack, &reservation).await.expect(201);
    drop(queue);
    let line = reservations.said("message", "the job fails").await.remove(0);
    assert_eq!(line["service"], "reservation-service");
    assert_eq!(line["request_id"].as_str().map(str::len), Some(36), "{line:#}");
    reservations.said("message", "traces are lost").await;
    let said = reservations.stop();
    let lost = said.iter().filter(|line| line["message"].as_str().unwrap().starts_with("traces are lost"));
    assert_eq!(lost.count(), 1, "once, not for every batch: {said:#?}");
}
