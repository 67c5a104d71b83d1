//! reservation-service: the inventory, reservations, the checkout saga and tickets.
//!
//! This file is the wiring, and the only one that names every adapter.

mod inbound;
pub mod outbound;
mod settings;

use std::sync::Arc;

use actix_web::web::{self, Data};
use async_trait::async_trait;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use domain::adapters::memory::MemoryBoxOffice;
use domain::reservation::{
    BackOffice, BoxOffice, Checkout, Checkouts, Courier, HoldPolicy, Holds, Inspection, Inventory, Outbox,
    Passes, Payments, Releases, Reservations,
};
use peers::{HttpPasses, HttpPayments, Peer};
use service_kit::audit::Check;
use service_kit::auth::Authenticator;
use service_kit::idempotency::Idempotency;
use service_kit::jobs::Job;
use service_kit::{Context, Credentials, Service, Store};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::inbound::http::TicketCodes;
use crate::outbound::postgres::{PostgresBoxOffice, audit};
use crate::outbound::traced::{Causes, Traced};

pub use settings::ReservationSettings;

/// Seats and who has them.
#[derive(Clone)]
pub struct ReservationService {
    inventory: Arc<dyn Inventory>,
    box_office: Data<BoxOffice>,
    checkout: Data<Checkout>,
    back_office: Data<BackOffice>,
    courier: Courier,
    ticket_codes: Data<TicketCodes>,
    authenticator: Data<Authenticator>,
    idempotency: Data<Idempotency<Self>>,
    revocations: peers::Revocations,
    settings: ReservationSettings,
}

/// One store is behind all ports of the context.
struct Ports {
    inventory: Arc<dyn Inventory>,
    holds: Arc<dyn Holds>,
    reservations: Arc<dyn Reservations>,
    checkouts: Arc<dyn Checkouts>,
    outbox: Arc<dyn Outbox>,
    inspection: Arc<dyn Inspection>,
    releases: Arc<dyn Releases>,
}

impl Ports {
    fn of<S>(store: S) -> Self
    where
        S: Inventory + Holds + Reservations + Checkouts + Outbox + Inspection + Releases + 'static,
    {
        let store = Arc::new(store);
        Self {
            inventory: Arc::<S>::clone(&store),
            holds: Arc::<S>::clone(&store),
            reservations: Arc::<S>::clone(&store),
            checkouts: Arc::<S>::clone(&store),
            outbox: Arc::<S>::clone(&store),
            inspection: Arc::<S>::clone(&store),
            releases: store,
        }
    }
}

/// What the checkout saga is driven through.
struct Saga {
    checkouts: Arc<dyn Checkouts>,
    outbox: Arc<dyn Outbox>,
    payments: Arc<dyn Payments>,
    passes: Arc<dyn Passes>,
}

impl Saga {
    fn traced(self) -> Self {
        let causes = Causes::default();
        Self {
            checkouts: Arc::new(Traced::new(self.checkouts, &causes)),
            outbox: Arc::new(Traced::new(self.outbox, &causes)),
            payments: Arc::new(Traced::new(self.payments, &causes)),
            passes: Arc::new(Traced::new(self.passes, &causes)),
        }
    }
}

#[async_trait]
impl Service for ReservationService {
    const NAME: &'static str = "reservation-service";
    const SECTION: &'static str = "reservation";
    const DEFAULTS: &'static str = include_str!("../config/default.toml");
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/reservation");
    const AUDIT: &'static [Check] = audit::CHECKS;

    type Settings = ReservationSettings;

    async fn assemble(context: Context<ReservationSettings>) -> anyhow::Result<Self> {
        let ids = Arc::clone(&context.ids);
        let ports = match &context.store {
            Store::Memory => Ports::of(MemoryBoxOffice::new(Arc::clone(&context.clock), Arc::clone(&ids))),
            Store::Postgres(database) => {
                Ports::of(PostgresBoxOffice::new(database.clone(), Arc::clone(&ids)))
            }
        };
        let settings = context.settings.service.clone();
        let addresses = &context.settings.shared.peers;
        let passes = Arc::new(HttpPasses::new(Peer::new("queue-service", &addresses.queue, &context)));
        let payments = Arc::new(HttpPayments::new(Peer::new("wallet-service", &addresses.wallet, &context)));
        let saga = Saga { checkouts: ports.checkouts, outbox: ports.outbox, payments, passes };
        let saga = if context.settings.shared.telemetry.traces() { saga.traced() } else { saga };
        let policy = HoldPolicy {
            hold_ttl_seconds: settings.hold_ttl_seconds,
            max_seats_per_user: settings.max_seats_per_user,
        };
        let courier = Courier::new(saga.outbox, saga.passes);
        let authenticator = Data::new(context.authenticator(Credentials::default())?);
        Ok(Self {
            inventory: ports.inventory,
            box_office: Data::new(BoxOffice::new(ports.holds, ports.reservations, policy)),
            checkout: Data::new(Checkout::new(saga.checkouts, saga.payments, courier.clone(), ids)),
            back_office: Data::new(BackOffice::new(ports.inspection, ports.releases, courier.clone())),
            courier,
            ticket_codes: Data::new(TicketCodes::new(&settings.ticket_key)?),
            idempotency: Data::new(context.idempotency()),
            revocations: peers::Revocations::new(&context, &authenticator),
            authenticator,
            settings,
        })
    }

    fn provide(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(Data::from(Arc::clone(&self.inventory)))
            .app_data(self.box_office.clone())
            .app_data(self.checkout.clone())
            .app_data(self.back_office.clone())
            .app_data(self.ticket_codes.clone())
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
