//! The one public address: every service's public routes, the facade's, and nothing under `/internal`.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::{HttpResponse, get};
use anyhow::Context;
use concert_service::ConcertService;
use facade::Facade;
use queue_service::QueueService;
use reservation_service::ReservationService;
use service_kit::settings::HttpSettings;
use service_kit::{Service as _, http};
use tokio::task::JoinHandle;
use wallet_service::WalletService;

use crate::fleet::Fleet;

/// The public server while it runs.
pub struct Origin {
    pub address: SocketAddr,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
}

impl Origin {
    /// Serves the fleet's public routes on `listener`.
    pub fn serve(listener: TcpListener, settings: &HttpSettings, fleet: &Fleet) -> anyhow::Result<Self> {
        let address = listener.local_addr().context("the listener has no address")?;
        let services = (
            fleet.queue.service.clone(),
            fleet.concert.service.clone(),
            fleet.reservation.service.clone(),
            fleet.wallet.service.clone(),
            fleet.facade.clone(),
        );
        let server = http::serve(listener, settings, move |routes| {
            QueueService::public(routes);
            ConcertService::public(routes);
            ReservationService::public(routes);
            WalletService::public(routes);
            Facade::public(routes);
            let (queue, concert, reservation, wallet, facade) = services.clone();
            routes.map(|config| {
                facade.provide(config);
                concert.provide(config);
                reservation.provide(config);
                wallet.provide(config);
                // Last: of the four authenticators its own stays, which alone reads queue tokens too.
                queue.provide(config);
                config.service(healthz)
            });
        })?;
        let handle = server.handle();
        Ok(Self { address, handle, server: tokio::spawn(server) })
    }

    /// Takes no more requests, and lets those under way end.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.handle.stop(true).await;
        self.server.await.context("the server's task failed")?.context("the server failed")
    }
}

/// The process runs.
#[get("/healthz")]
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}
