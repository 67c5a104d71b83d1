//! Being told to end: by Ctrl-C, or by whoever started this (SIGTERM). Whatever was started here is ended then, too.

use anyhow::{Context, anyhow};
use tokio::signal::unix::{SignalKind, signal};

/// Listens from now on; resolves when somebody has said so, be it long before anybody waits for it.
pub(crate) fn listen() -> anyhow::Result<impl Future<Output = anyhow::Error>> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => anyhow!("interrupted"),
            _ = terminate.recv() => anyhow!("told to end"),
        }
    })
}
