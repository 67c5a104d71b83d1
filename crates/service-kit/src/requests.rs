//! How many requests of each kind a service has answered, and how long that took: rate, errors, duration.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::RouteTree;

/// Of what no route takes.
const UNMATCHED: &str = "unmatched";

/// Upper bounds in microseconds, and as they are published, in seconds: from a poll that is answered from memory (some
/// 100 µs) over what is promised (a refusal within 250 ms) to the longest deadline of a peer.
const BOUNDS: [(u64, f64); 14] = [
    (250, 0.000_25),
    (500, 0.000_5),
    (1_000, 0.001),
    (2_500, 0.002_5),
    (5_000, 0.005),
    (10_000, 0.01),
    (25_000, 0.025),
    (50_000, 0.05),
    (100_000, 0.1),
    (250_000, 0.25),
    (500_000, 0.5),
    (1_000_000, 1.0),
    (2_500_000, 2.5),
    (10_000_000, 10.0),
];

/// The requests of one service, wherever they came in; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Requests(Arc<Mutex<Vec<Tally>>>);

/// What one worker has counted: its own lock, which only whoever reads the counts ever takes beside it.
#[derive(Clone, Debug)]
pub struct Tally {
    routes: Arc<RouteTree>,
    lines: Arc<Mutex<Lines>>,
}

/// By route and method.
type Lines = BTreeMap<(Option<usize>, &'static str), Line>;

/// The requests of one route and method.
#[derive(Clone, Debug, Default)]
struct Line {
    statuses: BTreeMap<u16, u64>,
    /// How many took no longer than the bound, and longer than the one before it.
    within: [u64; BOUNDS.len()],
    longer: u64,
    took: Duration,
}

/// Answers since the service was started, those to peers, probes and scrapes among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestTotals {
    pub total: u64,
    /// 4xx.
    pub client_errors: u64,
    /// 5xx, but for 503.
    pub server_errors: u64,
    /// 503: turned away because there was too much to do, or something needed was out of reach.
    pub shed: u64,
}

impl Requests {
    /// For one more worker, of whichever server.
    pub(crate) fn tally(&self, routes: Arc<RouteTree>) -> Tally {
        let tally = Tally { routes, lines: Arc::default() };
        lock(&self.0).push(tally.clone());
        tally
    }

    pub fn totals(&self) -> RequestTotals {
        let mut totals = RequestTotals::default();
        for line in self.lines().into_values() {
            for (status, answers) in line.statuses {
                totals.total += answers;
                match status {
                    400..=499 => totals.client_errors += answers,
                    503 => totals.shed += answers,
                    500..=599 => totals.server_errors += answers,
                    _ => {}
                }
            }
        }
        totals
    }

    /// What all workers have counted, by route and method.
    fn lines(&self) -> BTreeMap<(String, &'static str), Line> {
        let mut all: BTreeMap<(String, &'static str), Line> = BTreeMap::new();
        for tally in lock(&self.0).iter() {
            for ((route, method), line) in lock(&tally.lines).iter() {
                let route = route.and_then(|route| tally.routes.routes().get(route));
                let pattern = route.map_or(UNMATCHED, |route| route.pattern.as_str());
                all.entry((pattern.to_owned(), *method)).or_default().add(line);
            }
        }
        all
    }
}

impl Tally {
    pub(crate) fn count(&self, route: Option<usize>, method: &'static str, status: u16, took: Duration) {
        lock(&self.lines).entry((route, method)).or_default().count(status, took);
    }
}

impl Line {
    fn count(&mut self, status: u16, took: Duration) {
        *self.statuses.entry(status).or_default() += 1;
        let within = BOUNDS.iter().position(|(bound, _)| took <= Duration::from_micros(*bound));
        let bucket = within.and_then(|bucket| self.within.get_mut(bucket));
        *bucket.unwrap_or(&mut self.longer) += 1;
        self.took += took;
    }

    fn add(&mut self, other: &Self) {
        for (status, answers) in &other.statuses {
            *self.statuses.entry(*status).or_default() += answers;
        }
        for (mine, others) in self.within.iter_mut().zip(other.within) {
            *mine += others;
        }
        self.longer += other.longer;
        self.took += other.took;
    }

    fn buckets(&self) -> Vec<(f64, u64)> {
        let within = BOUNDS.iter().zip(self.within).map(|((_, bound), answers)| (*bound, answers));
        within.chain([(f64::INFINITY, self.longer)]).collect()
    }
}

impl Collector for Requests {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let lines = self.lines();
        if lines.is_empty() {
            return Ok(());
        }
        let none = None::<&Exemplar<NoLabelSet, f64>>;
        let (name, help) = ("boxoffice_http_requests", "Requests answered, by the status of the answer");
        let mut counters = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for ((route, method), line) in &lines {
            for (status, answers) in &line.statuses {
                let status = status.to_string();
                let labels = [("method", *method), ("route", route.as_str()), ("status", status.as_str())];
                counters.encode_family(&labels)?.encode_counter(answers, none)?;
            }
        }
        let name = "boxoffice_http_request_duration_seconds";
        let help = "From a request's arrival to the head of its answer; streams go on after it";
        let mut durations = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for ((route, method), line) in &lines {
            let labels = [("method", *method), ("route", route.as_str())];
            let (took, answers) = (line.took.as_secs_f64(), line.statuses.values().sum());
            let mut duration = durations.encode_family(&labels)?;
            duration.encode_histogram::<NoLabelSet>(took, answers, &line.buckets(), None)?;
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    fn tree() -> Arc<RouteTree> {
        let mut tree = RouteTree::default();
        tree.add("/v1/queues/{queueId}", vec!["GET"]);
        Arc::new(tree)
    }

    #[test]
    fn the_workers_counts_are_one() {
        let (requests, routes) = (Requests::default(), tree());
        for _ in 0..2 {
            let worker = requests.tally(Arc::clone(&routes));
            worker.count(Some(0), "GET", 200, Duration::from_millis(2));
            worker.count(Some(0), "GET", 404, Duration::from_micros(90));
            worker.count(None, "POST", 404, Duration::from_secs(20));
        }
        requests.tally(routes).count(Some(0), "GET", 503, Duration::from_millis(250));
        requests.tally(tree()).count(Some(0), "GET", 500, Duration::from_millis(251));
        let expected = RequestTotals { total: 8, client_errors: 4, server_errors: 1, shed: 1 };
        assert_eq!(requests.totals(), expected);

        let metrics = Metrics::new("queue-service");
        metrics.collect(requests);
        let text = metrics.text().unwrap();
        for line in [
            r#"boxoffice_http_requests_total{service="queue-service",method="GET",route="/v1/queues/{queueId}",status="200"} 2"#,
            r#"boxoffice_http_requests_total{service="queue-service",method="GET",route="/v1/queues/{queueId}",status="503"} 1"#,
            r#"boxoffice_http_requests_total{service="queue-service",method="POST",route="unmatched",status="404"} 2"#,
            r#"boxoffice_http_request_duration_seconds_count{service="queue-service",method="GET",route="/v1/queues/{queueId}"} 6"#,
            r#"boxoffice_http_request_duration_seconds_bucket{service="queue-service",le="0.00025",method="GET",route="/v1/queues/{queueId}"} 2"#,
            r#"boxoffice_http_request_duration_seconds_bucket{service="queue-service",le="0.25",method="GET",route="/v1/queues/{queueId}"} 5"#,
            r#"boxoffice_http_request_duration_seconds_bucket{service="queue-service",le="+Inf",method="POST",route="unmatched"} 2"#,
            r#"boxoffice_http_request_duration_seconds_bucket{service="queue-service",le="10.0",method="POST",route="unmatched"} 0"#,
            r#"boxoffice_http_request_duration_seconds_sum{service="queue-service",method="POST",route="unmatched"} 40.0"#,
        ] {
            assert!(text.lines().any(|written| written == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn a_service_that_nobody_has_asked_publishes_nothing() {
        let metrics = Metrics::new("queue-service");
        metrics.collect(Requests::default());
        assert!(!metrics.text().unwrap().contains("boxoffice_http"));
    }
}
