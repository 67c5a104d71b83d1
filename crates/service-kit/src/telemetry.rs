//! Structured logs on standard error.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::settings::{LogFormat, TelemetrySettings};

/// Starts logging for this process; a second call is a no-op, so that several services can share one.
pub fn init(settings: &TelemetrySettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.level)
        .with_context(|| format!("unusable setting BOXOFFICE__TELEMETRY__LEVEL: {:?}", settings.level))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // An error here means that logging runs already.
    match settings.format {
        LogFormat::Text => lines.compact().try_init().ok(),
        LogFormat::Json => lines.json().flatten_event(true).try_init().ok(),
    };
    Ok(())
}
