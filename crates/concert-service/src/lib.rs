//! concert-service: concerts, performances, seat plans, and the live picture of who has which seat.
//!
//! This file is the wiring, and the only one that names every adapter.

mod inbound;
pub mod outbound;
mod settings;

use std::sync::Arc;

use actix_web::web::{self, Data};
use async_trait::async_trait;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use domain::adapters::memory::MemoryCatalogue;
use domain::concert::{Catalogue, Concerts, Inventory, Publication, SeatMaps};
use domain::shared::QueueId;
use peers::{HttpInventory, Peer, Revocations};
use service_kit::audit::Check;
use service_kit::auth::Authenticator;
use service_kit::idempotency::Idempotency;
use service_kit::jobs::Job;
use service_kit::{Context, Credentials, Service, Store};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::inbound::http::{Heartbeat, LiveSeats, MainQueue, OpenStreams};
use crate::outbound::postgres::{PostgresCatalogue, audit};
use crate::outbound::remembered::RememberedCatalogue;

pub use settings::ConcertSettings;

/// Concerts and their seats.
#[derive(Clone)]
pub struct ConcertService {
    concerts: Data<Concerts>,
    publication: Data<Publication>,
    live_seats: Data<LiveSeats>,
    seat_streams: Data<OpenStreams>,
    heartbeat: Data<Heartbeat>,
    main_queue: Data<MainQueue>,
    authenticator: Data<Authenticator>,
    idempotency: Data<Idempotency<Self>>,
    revocations: Revocations,
}

#[async_trait]
impl Service for ConcertService {
    const NAME: &'static str = "concert-service";
    const SECTION: &'static str = "concert";
    const DEFAULTS: &'static str = include_str!("../config/default.toml");
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/concert");
    const AUDIT: &'static [Check] = audit::CHECKS;

    type Settings = ConcertSettings;

    async fn assemble(context: Context<ConcertSettings>) -> anyhow::Result<Self> {
        let ids = Arc::clone(&context.ids);
        let stored: Arc<dyn Catalogue> = match &context.store {
            Store::Memory => Arc::new(MemoryCatalogue::default()),
            Store::Postgres(database) => Arc::new(PostgresCatalogue::new(database.clone())),
        };
        let catalogue: Arc<dyn Catalogue> = Arc::new(RememberedCatalogue::new(stored));
        let reservation =
            Peer::new("reservation-service", &context.settings.shared.peers.reservation, &context);
        let inventory: Arc<dyn Inventory> = Arc::new(HttpInventory::new(reservation));
        let settings = &context.settings.service;
        let maps = SeatMaps::new(Arc::clone(&catalogue), Arc::clone(&inventory));
        let authenticator = Data::new(context.authenticator(Credentials::default())?);
        Ok(Self {
            concerts: Data::new(Concerts::new(Arc::clone(&catalogue))),
            publication: Data::new(Publication::new(catalogue, inventory, ids)),
            live_seats: Data::new(LiveSeats::new(maps, settings.pace()?)),
            seat_streams: Data::new(OpenStreams::new(settings.stream_limits())),
            heartbeat: Data::new(Heartbeat(settings.heartbeat()?)),
            main_queue: Data::new(MainQueue(QueueId(settings.main_queue_id))),
            idempotency: Data::new(context.idempotency()),
            revocations: Revocations::new(&context, &authenticator),
            authenticator,
        })
    }

    fn provide(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(self.concerts.clone())
            .app_data(self.publication.clone())
            .app_data(self.live_seats.clone())
            .app_data(self.seat_streams.clone())
            .app_data(self.heartbeat.clone())
            .app_data(self.main_queue.clone())
            .app_data(self.authenticator.clone())
            .app_data(self.idempotency.clone());
    }

    fn public(routes: &mut ServiceConfig<'_>) {
        inbound::http::public(routes);
    }

    fn internal(routes: &mut ServiceConfig<'_>) {
        inbound::http::internal(routes);
    }

    fn jobs(&self) -> Vec<Job> {
        inbound::jobs::all(self)
    }
}
