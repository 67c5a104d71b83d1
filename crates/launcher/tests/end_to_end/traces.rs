//! One purchase is one trace, over all processes that have a part in it.

use std::collections::BTreeSet;

use launcher::installation::Service;
use reqwest::Method;
use serde_json::{Value, json};

use crate::collector::{Collector, Exported, hex};
use crate::fan::Fan;
use crate::hall::{Hall, SEAT_PRICE, text};
use crate::published::Published;
use crate::stack::{Stack, eventually, free_ports};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SENDER: &str = "b7ad6b7169203331";

/// As a sender writes it whose trace is exported.
fn traceparent() -> String {
    format!("00-{TRACE}-{SENDER}-01")
}

/// No trace is exported but those whose sender wants it.
fn settings(endpoint: &str) -> [(&str, &str); 2] {
    [("BOXOFFICE__TELEMETRY__OTLP_ENDPOINT", endpoint), ("BOXOFFICE__TELEMETRY__TRACES_SAMPLE_RATIO", "0")]
}

/// From a span up to the first one of ours; `None` while one between them has not come.
fn ancestry(spans: &[Exported], span: &Exported) -> Option<Vec<String>> {
    let mut labels = vec![span.label()];
    let mut above = &span.span.parent_span_id;
    while hex(above) != SENDER {
        let parent = spans.iter().find(|other| other.span.span_id == *above)?;
        labels.push(parent.label());
        above = &parent.span.parent_span_id;
    }
    Some(labels)
}

/// What leads to the span with this label, once all of it has come: each process sends its own every second.
async fn leading_to(collector: &Collector, label: &str) -> Vec<String> {
    eventually("the span is exported, and all above it", || async {
        let spans = collector.of(TRACE);
        let found = spans.iter().find(|span| span.label() == label)?;
        ancestry(&spans, found)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_over_the_facade_is_one_trace_through_all_services() {
    let collector = Collector::open();
    let site = Published::start_with(&settings(&collector.endpoint)).await;
    let hall = Hall::open(&site.stack).await;
    let fan = Fan::with_money(&site.stack, SEAT_PRICE).await;
    let ticket = fan.hold_number(&site.stack, &hall, 7).await;
    let body = json!({ "ticketId": ticket, "userId": fan.user });
    let request = site.request(Method::POST, "/payments/pays", &fan.queue_token, &body);
    let paid =
        request.header("traceparent", &traceparent()).header("x-request-id", "of-the-purchase").send().await;
    assert_eq!(paid.expect(200)["stat"], "booked");

    let payment = ["reservation-service: POST /v1/reservations/{reservationId}/payments"];
    let entry = ["facade: POST /v1/reservations/{id}/payments", "facade: POST /payments/pays"];
    for (service, path, steps) in [
        ("wallet-service", "POST /internal/v1/debits", ["debits", "wallet.debit"]),
        ("queue-service", "POST /internal/v1/passes/endings", ["endings", "outbox.deliver pass_finished"]),
    ] {
        let found = format!("{service}: {path}");
        let steps = [path, steps[0], steps[1]].map(|step| format!("reservation-service: {step}"));
        let labels = [found.clone()].into_iter().chain(steps);
        let labels = labels.chain(payment.into_iter().chain(entry).map(str::to_owned));
        assert_eq!(leading_to(&collector, &found).await, labels.collect::<Vec<_>>());
    }
    let catalogue = leading_to(&collector, "concert-service: GET /v1/schedules/{scheduleId}").await;
    assert_eq!(catalogue[1..], ["facade: GET /v1/schedules/{id}", entry[1]]);
    let spans = eventually("no span of the trace hangs in the air", || async {
        let spans = collector.of(TRACE);
        spans.iter().all(|span| ancestry(&spans, span).is_some()).then_some(spans)
    })
    .await;
    let services: BTreeSet<_> = spans.iter().map(|span| span.service.as_str()).collect();
    let all = ["concert-service", "facade", "queue-service", "reservation-service", "wallet-service"];
    assert_eq!(services.into_iter().collect::<Vec<_>>(), all);
    let root = spans.iter().find(|span| hex(&span.span.parent_span_id) == SENDER).unwrap();
    for (name, value) in [
        ("http.request.method", "POST"),
        ("http.route", "/payments/pays"),
        ("url.path", "/payments/pays"),
        ("http.response.status_code", "200"),
        ("boxoffice.request_id", "of-the-purchase"),
    ] {
        assert_eq!(root.attribute(name).as_deref(), Some(value), "{root:#?}");
    }
    let everything = format!("{:?}", collector.spans());
    let secrets = Service::ALL.map(|service| site.stack.installation.secret(service).to_owned());
    for secret in secrets.iter().chain([&fan.access, &fan.queue_token, &fan.pass]) {
        assert!(!secret.is_empty() && !everything.contains(secret.as_str()), "a secret is exported");
    }
    let others = collector.spans().into_iter().filter(|span| hex(&span.span.trace_id) != TRACE);
    assert_eq!(others.count(), 0, "a trace that nobody asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_that_is_finished_later_belongs_to_the_purchase_that_used_it_up() {
    let collector = Collector::open();
    let stack = Stack::start_with(&settings(&collector.endpoint)).await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    stack.kill(Service::Queue);
    let path = format!("/v1/reservations/{reservation}/payments");
    let pay = stack.post(&path, json!({})).bearer(&fan.pass).header("traceparent", &traceparent());
    assert_eq!(pay.send().await.expect(201)["status"], "captured");
    stack.spawn(Service::Queue);
    stack.ready(Service::Queue).await;
    let finished = leading_to(&collector, "queue-service: POST /internal/v1/passes/endings").await;
    let steps =
        ["POST /internal/v1/passes/endings", "endings", "outbox.deliver pass_finished", "checkout.settle"];
    let steps = steps.map(|step| format!("reservation-service: {step}"));
    assert_eq!(finished[1..5], steps);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_collector_everything_is_served_as_before() {
    let [nobody] = free_ports();
    let endpoint = format!("http://127.0.0.1:{nobody}");
    let all = [settings(&endpoint)[0], ("BOXOFFICE__TELEMETRY__TRACES_SAMPLE_RATIO", "1")];
    let stack = Stack::start_with(&all).await;
    let hall = Hall::open(&stack).await;
    let fan = Fan::with_money(&stack, SEAT_PRICE).await;
    let reservation = fan.hold_number(&stack, &hall, 1).await;
    let paid: Value = fan.pay(&stack, &reservation).await.expect(201);
    assert_eq!(text(&paid, "status"), "captured");
}
