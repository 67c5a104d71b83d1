use std::time::Duration;

use anyhow::{Context, bail, ensure};
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider,
};
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

use super::collector::Collector;
use super::spans;
use crate::settings::TelemetrySettings;

/// Spans that wait to be sent; what comes beyond them is dropped. At about 1 KiB each they take 4 MiB at most.
const QUEUE: usize = 4_096;
/// Spans in one call to the collector.
const BATCH: usize = 512;
/// From a span's end to its departure, at most, while the collector answers.
const DELAY: Duration = Duration::from_secs(1);
/// How long a process that is told to stop waits for its last spans to go out.
const PARTING: Duration = Duration::from_secs(3);

/// Spans on their way to a collector.
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Traces {
    /// None: no collector is named.
    pub fn start(service: &'static str, settings: &TelemetrySettings) -> anyhow::Result<Option<Self>> {
        if !settings.traces() {
            return Ok(None);
        }
        let url = traces_url(&settings.otlp_endpoint)
            .context("unusable setting BOXOFFICE__TELEMETRY__OTLP_ENDPOINT")?;
        let ratio = settings.traces_sample_ratio;
        ensure!(
            (0.0..=1.0).contains(&ratio),
            "unusable setting BOXOFFICE__TELEMETRY__TRACES_SAMPLE_RATIO: {ratio} is not between 0 and 1"
        );
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(url.as_str())
            .with_http_client(Collector::new(&url)?)
            // What one call could not deliver is lost: the next batch is waiting.
            .with_retry_policy(RetryPolicy::disabled())
            .build()
            .context("cannot export traces")?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(DELAY)
            .build();
        let resource = Resource::builder()
            .with_service_name(service)
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.build())
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio))))
            .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(batches).build())
            .build();
        Ok(Some(Self { tracer: provider.tracer("boxoffice"), provider }))
    }

    /// Nothing but spans that are meant for traces: a log line stays in the log.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.tracer.clone())
            .with_location(false)
            .with_threads(false)
            .with_level(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target() == spans::TARGET))
    }

    /// Sends what there is. The exporter waits for the runtime, which therefore must not wait for the exporter.
    pub async fn stop(self) {
        let stopped = tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(PARTING)).await;
        match stopped {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = error.to_string(), "the last traces are lost"),
            Err(error) => tracing::warn!(error = error.to_string(), "the last traces are lost"),
        }
    }
}

/// Where a collector takes traces: the endpoint is its base, as `OTEL_EXPORTER_OTLP_ENDPOINT` is. An error does not repeat
/// it: what is refused may have a password in it.
fn traces_url(endpoint: &str) -> anyhow::Result<Url> {
    let base = Url::parse(endpoint).context("it is no address")?;
    if !matches!(base.scheme(), "http" | "https") {
        bail!("it does not begin with http:// or https://");
    }
    if !base.username().is_empty() || base.password().is_some() {
        bail!(
            "it names a user or a password: what a collector asks for belongs into OTEL_EXPORTER_OTLP_HEADERS"
        );
    }
    let path = format!("{}/v1/traces", base.path().trim_end_matches('/'));
    let mut url = base;
    url.set_path(&path);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::LogFormat;

    fn settings(otlp_endpoint: &str, traces_sample_ratio: f64) -> TelemetrySettings {
        let (level, otlp_endpoint) = ("info".to_owned(), otlp_endpoint.to_owned());
        TelemetrySettings { level, format: LogFormat::Json, otlp_endpoint, traces_sample_ratio }
    }

    #[test]
    fn the_endpoint_is_the_collectors_base() {
        for (endpoint, url) in [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("https://collector/otlp/", "https://collector/otlp/v1/traces"),
        ] {
            assert_eq!(traces_url(endpoint).unwrap().as_str(), url);
        }
    }

    #[tokio::test]
    async fn what_can_not_be_used_is_named() {
        assert!(Traces::start("test", &settings("", 7.0)).unwrap().is_none());
        for (endpoint, ratio, named) in [
            ("collector:4318", 1.0, "OTLP_ENDPOINT"),
            ("nonsense", 1.0, "OTLP_ENDPOINT"),
            ("http://user@collector:4318", 1.0, "OTLP_ENDPOINT"),
            ("http://collector:4318", 1.1, "TRACES_SAMPLE_RATIO"),
            ("http://collector:4318", -0.1, "TRACES_SAMPLE_RATIO"),
            ("http://collector:4318", f64::NAN, "TRACES_SAMPLE_RATIO"),
        ] {
            let error = Traces::start("test", &settings(endpoint, ratio)).err().unwrap();
            assert!(format!("{error:#}").contains(named), "{error:#}");
        }
    }

    #[test]
    fn a_password_for_the_collector_is_refused_and_not_repeated() {
        for endpoint in [
            "http://user:telling@collector:4318",
            "http://:telling@collector:4318",
            "ftp://user:telling@collector",
            "user:telling@collector:4318",
            "http://user:telling@[collector",
        ] {
            let error = format!("{:#}", traces_url(endpoint).unwrap_err());
            assert!(!error.contains("telling"), "{error}");
        }
    }
}
