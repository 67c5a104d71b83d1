//! The one public address: every service's public routes, the facade's, the pages, and nothing under `/internal`.

use std::net::TcpListener;

use concert_service::ConcertService;
use facade::Facade;
use queue_service::QueueService;
use reservation_service::ReservationService;
use service_kit::Service as _;
use service_kit::http::{self, Serving};
use service_kit::settings::HttpSettings;
use storefront::Storefront;
use wallet_service::WalletService;

use crate::fleet::Fleet;

/// Serves the fleet's public routes on `listener`.
pub fn serve(listener: TcpListener, settings: &HttpSettings, fleet: &Fleet) -> anyhow::Result<Serving> {
    let services = (
        fleet.queue.service.clone(),
        fleet.concert.service.clone(),
        fleet.reservation.service.clone(),
        fleet.wallet.service.clone(),
        fleet.facade.clone(),
        Storefront::new()?,
    );
    http::serve(listener, settings, move |routes| {
        QueueService::public(routes);
        ConcertService::public(routes);
        ReservationService::public(routes);
        WalletService::public(routes);
        Facade::public(routes);
        Storefront::public(routes);
        let (queue, concert, reservation, wallet, facade, storefront) = services.clone();
        routes.map(|config| {
            facade.provide(config);
            storefront.provide(config);
            concert.provide(config);
            reservation.provide(config);
            wallet.provide(config);
            // Last: of the four authenticators its own stays, which alone reads queue tokens too.
            queue.provide(config);
            config
        });
    })
}
