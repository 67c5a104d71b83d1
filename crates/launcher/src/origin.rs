//! The one public address: every service's public routes, the facade's, the pages, and nothing under `/internal`. What a
//! route answers is counted for the service whose it is; the facade and the pages have nobody who would publish it.

use std::net::TcpListener;

use concert_service::ConcertService;
use facade::Facade;
use queue_service::QueueService;
use reservation_service::ReservationService;
use service_kit::Service as _;
use service_kit::http::{self, Counting, Serving};
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
    let vitals = (
        fleet.queue.vitals.clone(),
        fleet.concert.vitals.clone(),
        fleet.reservation.vitals.clone(),
        fleet.wallet.vitals.clone(),
    );
    let counting = Counting::default()
        .and(fleet.queue.requests(), &http::document(QueueService::public))
        .and(fleet.concert.requests(), &http::document(ConcertService::public))
        .and(fleet.reservation.requests(), &http::document(ReservationService::public))
        .and(fleet.wallet.requests(), &http::document(WalletService::public));
    http::serve(listener, settings, counting, move |routes| {
        QueueService::public(routes);
        ConcertService::public(routes);
        ReservationService::public(routes);
        WalletService::public(routes);
        Facade::public(routes);
        Storefront::public(routes);
        let (queue, concert, reservation, wallet, facade, storefront) = services.clone();
        let (queue_vitals, concert_vitals, reservation_vitals, wallet_vitals) = vitals.clone();
        routes.map(|config| {
            config.app_data(queue_vitals).app_data(concert_vitals);
            config.app_data(reservation_vitals).app_data(wallet_vitals);
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
