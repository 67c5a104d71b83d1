//! What a service counts about itself, for `GET /metrics`.

use std::sync::{Arc, PoisonError, RwLock};

use actix_web::{HttpResponse, ResponseError, get, web};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::{Metric, Registry};

use crate::problem::Problem;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The metrics of one service; clones are the same. Each metric carries the label `service`, so that four services
/// in one process do not mix.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<RwLock<Registry>>);

impl Metrics {
    pub fn new(service: &'static str) -> Self {
        let labels = [("service".into(), service.into())];
        Self(Arc::new(RwLock::new(Registry::with_labels(labels.into_iter()))))
    }

    /// Publishes a metric from now on; the caller keeps a clone of it to count with. A name ends in its unit, and its
    /// help in no full stop: the exposition adds one.
    pub fn register(&self, name: &'static str, help: &'static str, metric: impl Metric) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).register(name, help, metric);
    }

    /// Publishes what a collector has whenever it is asked for it.
    pub fn collect(&self, collector: impl Collector) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).register_collector(Box::new(collector));
    }

    /// All of them, in the text format of Prometheus.
    pub fn text(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        encode(&mut text, &self.0.read().unwrap_or_else(PoisonError::into_inner))?;
        Ok(text)
    }
}

/// For operators: it stands on the service's own address, and on no public one.
#[get("/metrics")]
pub async fn scrape(metrics: web::Data<Metrics>) -> HttpResponse {
    match metrics.text() {
        Ok(text) => HttpResponse::Ok().content_type(CONTENT_TYPE).body(text),
        Err(error) => Problem::unexpected(&error).error_response(),
    }
}
