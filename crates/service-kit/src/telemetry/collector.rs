use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::runtime::Handle;
use url::Url;

use crate::client;

/// A collector that takes longer is as good as gone: meanwhile the spans of a busy process fill the queue.
const DEADLINE: Duration = Duration::from_secs(5);

/// How the exporter, which has a thread of its own and no runtime, reaches the collector. It says that the collector is
/// out of reach once, not for every batch that is lost.
#[derive(Debug)]
pub struct Collector {
    /// As it is logged: scheme, host and port.
    origin: String,
    client: reqwest::Client,
    runtime: Handle,
    lost: AtomicBool,
}

impl Collector {
    /// On the present runtime.
    pub fn new(url: &Url) -> anyhow::Result<Self> {
        let runtime = Handle::try_current().context("traces need the runtime")?;
        let origin = url.origin().ascii_serialization();
        Ok(Self { origin, client: client::build(DEADLINE)?, runtime, lost: AtomicBool::new(false) })
    }

    async fn ask(&self, request: Request<Bytes>) -> anyhow::Result<Response<Bytes>> {
        let (client, request) = (self.client.clone(), reqwest::Request::try_from(request)?);
        let asked = self.runtime.spawn(async move {
            let response = client.execute(request).await?;
            let status = response.status();
            Ok::<_, reqwest::Error>((status, response.bytes().await?))
        });
        let (status, body) = asked.await?.map_err(reqwest::Error::without_url)?;
        ensure!(status.is_success(), "it answered {status}");
        Ok(Response::builder().status(status).body(body)?)
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answered = self.ask(request).await;
        match (&answered, self.lost.swap(answered.is_err(), Ordering::Relaxed)) {
            (Err(error), false) => {
                let error = format!("{error:#}");
                tracing::warn!(collector = self.origin, error, "traces are lost: the collector takes none");
            }
            (Ok(_), true) => tracing::info!(collector = self.origin, "the collector takes traces again"),
            (Err(_), true) | (Ok(_), false) => {}
        }
        answered.map_err(Into::into)
    }
}
