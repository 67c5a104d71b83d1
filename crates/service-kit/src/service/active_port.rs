//! The port of the active one: open exactly while this process is it. Who connects there has found the right process, and
//! who is refused knows at once, before anything was sent, that it is another.

use std::net::TcpListener;
use std::time::Duration;

use anyhow::Context;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::duty::Duty;
use crate::http::{self, Serving};
use crate::settings::HttpSettings;

/// Between two attempts to open a port that somebody else has.
const AGAIN: Duration = Duration::from_secs(1);

/// The port while the process runs.
pub struct ActivePort {
    closing: CancellationToken,
    kept: JoinHandle<anyhow::Result<()>>,
}

impl ActivePort {
    pub fn keep<F>(settings: HttpSettings, duty: Duty, serve: F) -> Self
    where
        F: Fn(TcpListener) -> anyhow::Result<Serving> + Send + 'static,
    {
        let closing = CancellationToken::new();
        let kept = tokio::spawn(keep(settings, duty, serve, closing.clone()));
        Self { closing, kept }
    }

    /// Takes no more requests, and lets those under way end.
    pub async fn close(self) -> anyhow::Result<()> {
        self.closing.cancel();
        self.kept.await.context("the active one's port failed")?
    }
}

async fn keep<F>(
    settings: HttpSettings,
    mut duty: Duty,
    serve: F,
    closing: CancellationToken,
) -> anyhow::Result<()>
where
    F: Fn(TcpListener) -> anyhow::Result<Serving> + Send + 'static,
{
    loop {
        tokio::select! {
            () = closing.cancelled() => return Ok(()),
            () = duty.until(true) => {}
        }
        let opened = http::bind(&settings.host, settings.active_port).and_then(&serve);
        match opened {
            Ok(serving) => {
                tokio::select! {
                    () = closing.cancelled() => {}
                    () = duty.until(false) => {}
                }
                serving.stop().await?;
            }
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "the active one's port cannot be opened");
                tokio::select! {
                    () = closing.cancelled() => {}
                    () = tokio::time::sleep(AGAIN) => {}
                }
            }
        }
    }
}
