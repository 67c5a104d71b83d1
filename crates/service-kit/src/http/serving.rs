use std::net::SocketAddr;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{HttpRequest, HttpResponse, get, web};
use anyhow::Context;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A server that serves.
pub struct Serving {
    address: SocketAddr,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
    stopping: Stopping,
}

/// Tells answers that would never end by themselves, event streams, that the server stops.
#[derive(Clone, Debug, Default)]
pub struct Stopping(CancellationToken);

impl Stopping {
    /// Of the server that the request came to.
    pub fn of(request: &HttpRequest) -> Self {
        request.app_data::<web::Data<Self>>().map(|stopping| stopping.get_ref().clone()).unwrap_or_default()
    }

    /// Resolves once the server stops, and at once from then on.
    pub async fn begun(self) {
        self.0.cancelled_owned().await;
    }
}

impl Serving {
    pub(super) fn spawn(address: SocketAddr, server: Server, stopping: Stopping) -> Self {
        Self { address, handle: server.handle(), server: tokio::spawn(server), stopping }
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more requests, ends the streams, and lets the requests under way end.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stopping.0.cancel();
        self.handle.stop(true).await;
        self.server.await.context("the server's task failed")?.context("the server failed")
    }
}

/// The process runs.
#[get("/healthz")]
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}
