//! wallet-service: users, balances, the double-entry journal and top-ups.
//!
//! This file is the wiring, and the only one that names every adapter.

mod inbound;
pub mod outbound;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, Data};
use async_trait::async_trait;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use domain::adapters::memory::MemoryLedger;
use domain::adapters::sandbox::SandboxProvider;
use domain::wallet::{Cashier, Ledger, Wallets};
use service_kit::audit::Check;
use service_kit::auth::Authenticator;
use service_kit::idempotency::Idempotency;
use service_kit::jobs::Job;
use service_kit::{Context, Credentials, Service, Store};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::inbound::http::Issuer;
use crate::outbound::postgres::{PostgresLedger, audit};

pub use settings::WalletSettings;

/// Users and their money.
#[derive(Clone)]
pub struct WalletService {
    ledger: Arc<dyn Ledger>,
    wallets: Data<Wallets>,
    cashier: Data<Cashier>,
    issuer: Data<Issuer>,
    authenticator: Data<Authenticator>,
    idempotency: Data<Idempotency<Self>>,
    revocations: peers::Revocations,
    recovery_interval: Duration,
}

#[async_trait]
impl Service for WalletService {
    const NAME: &'static str = "wallet-service";
    const SECTION: &'static str = "wallet";
    const DEFAULTS: &'static str = include_str!("../config/default.toml");
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/wallet");
    const AUDIT: &'static [Check] = audit::CHECKS;

    type Settings = WalletSettings;

    async fn assemble(context: Context<WalletSettings>) -> anyhow::Result<Self> {
        let ids = Arc::clone(&context.ids);
        let ledger: Arc<dyn Ledger> = match &context.store {
            Store::Memory => Arc::new(MemoryLedger::new(Arc::clone(&context.clock), ids)),
            Store::Postgres(database) => Arc::new(PostgresLedger::new(database.clone(), ids)),
        };
        let settings = &context.settings.service;
        let issuer = Issuer::new(settings, &context)?;
        let own_keys = Credentials { access_keys: issuer.jwks(), ..Credentials::default() };
        let authenticator = Data::new(context.authenticator(own_keys)?);
        Ok(Self {
            wallets: Data::new(Wallets::new(Arc::clone(&ledger))),
            cashier: Data::new(Cashier::new(Arc::clone(&ledger), Arc::new(SandboxProvider))),
            issuer: Data::new(issuer),
            idempotency: Data::new(context.idempotency()),
            revocations: peers::Revocations::new(&context, &authenticator),
            recovery_interval: Duration::from_millis(settings.recovery_interval_ms),
            ledger,
            authenticator,
        })
    }

    fn provide(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(Data::from(Arc::clone(&self.ledger)))
            .app_data(self.wallets.clone())
            .app_data(self.cashier.clone())
            .app_data(self.issuer.clone())
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
