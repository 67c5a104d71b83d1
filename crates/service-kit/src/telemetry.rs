//! Structured logs on standard error, and traces over OTLP where a collector is named.

mod collector;
mod line;
mod spans;
mod traces;

use std::io::IsTerminal;

use anyhow::Context;
use tracing::{Subscriber, dispatcher};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::settings::{LogFormat, TelemetrySettings};

pub(crate) use spans::{Answering, answering};
pub use spans::{Origin, gathered, send, step};

use line::Line;
use traces::Traces;

/// What this process says about itself while it runs.
#[must_use = "spans that are still on their way go out when it is stopped"]
pub struct Telemetry {
    traces: Option<Traces>,
}

/// Starts logging, and traces where they are asked for, under the name `service`; a second call is a no-op, so that
/// several services can share one process. Call it on the runtime that outlives the services.
pub fn init(service: &'static str, settings: &TelemetrySettings) -> anyhow::Result<Telemetry> {
    let filter = EnvFilter::try_new(&settings.level)
        .with_context(|| format!("unusable setting BOXOFFICE__TELEMETRY__LEVEL: {:?}", settings.level))?;
    if dispatcher::has_been_set() {
        return Ok(Telemetry { traces: None });
    }
    let traces = Traces::start(service, settings)?;
    // An error here means that logging runs already.
    match &traces {
        // A filter for the whole: whatever no line is written of costs one comparison.
        None => Registry::default().with(filter).with(lines(service, settings.format)).try_init().ok(),
        Some(traces) => {
            let lines = lines(service, settings.format).with_filter(filter);
            Registry::default().with(lines).with(traces.layer()).try_init().ok()
        }
    };
    Ok(Telemetry { traces })
}

impl TelemetrySettings {
    /// Whether anybody is there to see traces.
    pub fn traces(&self) -> bool {
        !self.otlp_endpoint.is_empty()
    }
}

impl Telemetry {
    /// Sends what has been traced, or gives it up after a few seconds.
    pub async fn stop(self) {
        if let Some(traces) = self.traces {
            traces.stop().await;
        }
    }
}

fn lines<S>(service: &'static str, format: LogFormat) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let ansi = std::io::stderr().is_terminal();
    fmt::layer().with_writer(std::io::stderr).with_ansi(ansi).event_format(Line::new(service, format, ansi))
}
