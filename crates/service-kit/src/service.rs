//! What a service is, and how it is started and stopped.

mod active_port;
mod context;
pub mod healthcheck;
mod running;
mod vitals;

use actix_web::web;
use async_trait::async_trait;
use diesel_migrations::EmbeddedMigrations;
use serde::de::DeserializeOwned;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::audit::Check;
use crate::duty::Duty;
use crate::jobs::Job;

pub use context::{Context, Credentials, Store};
pub use running::{Running, run, start, stop_signal};
pub use vitals::{ServiceBody, Vitals};

/// One of the four services. Its `lib.rs` implements this, and is the only file that names every adapter.
#[async_trait]
pub trait Service: Clone + Send + Sync + Sized + 'static {
    /// As in `wallet-service`.
    const NAME: &'static str;
    /// The section of its settings, as in `wallet`.
    const SECTION: &'static str;
    /// Its embedded `config/default.toml`.
    const DEFAULTS: &'static str;
    const MIGRATIONS: EmbeddedMigrations;
    /// What must hold of its rows; nothing where it keeps none.
    const AUDIT: &'static [Check] = &[];

    type Settings: DeserializeOwned + Clone + Send + Sync + 'static;

    /// Joins use cases and adapters.
    async fn assemble(context: Context<Self::Settings>) -> anyhow::Result<Self>;

    /// What handlers find in their app data.
    fn provide(&self, config: &mut web::ServiceConfig);

    /// The routes that the outside world reaches.
    fn public(routes: &mut ServiceConfig<'_>);

    /// The routes under `/internal/v1`, for other services alone.
    fn internal(routes: &mut ServiceConfig<'_>);

    /// What runs by the clock.
    fn jobs(&self) -> Vec<Job>;

    /// Whether this process does the service's work, where one of several does.
    fn duty(&self) -> Duty {
        Duty::always()
    }
}
