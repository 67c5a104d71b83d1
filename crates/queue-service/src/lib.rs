//! queue-service: who waits, in what order, who is admitted, until when.
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
use domain::adapters::memory::MemoryWaitingRoom;
use domain::queue::{Admission, Waiting, WaitingRoom};
use service_kit::audit::Check;
use service_kit::auth::Authenticator;
use service_kit::duty::Duty;
use service_kit::jobs::Job;
use service_kit::{Context, Credentials, Service, Store};
use tokio::sync::Notify;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::inbound::http::{EntryStreams, Issuer, News};
use crate::outbound::postgres::{PostgresWaitingRoom, ProcessStopwatch, audit};

pub use settings::QueueSettings;

/// The waiting rooms.
#[derive(Clone)]
pub struct QueueService {
    waiting: Data<Waiting>,
    admission: Data<Admission>,
    issuer: Data<Issuer>,
    authenticator: Data<Authenticator>,
    streams: Data<EntryStreams>,
    news: Data<News>,
    /// Notified where a slot may have become free, or somebody may wait for one.
    slots: Arc<Notify>,
    admission_interval: Duration,
    /// Whether this process keeps the rooms.
    duty: Duty,
}

#[async_trait]
impl Service for QueueService {
    const NAME: &'static str = "queue-service";
    const SECTION: &'static str = "queue";
    const DEFAULTS: &'static str = include_str!("../config/default.toml");
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/queue");
    const AUDIT: &'static [Check] = audit::CHECKS;

    type Settings = QueueSettings;

    async fn assemble(context: Context<QueueSettings>) -> anyhow::Result<Self> {
        let settings = &context.settings.service;
        let absence = settings.absence()?;
        let (room, duty): (Arc<dyn WaitingRoom>, Duty) = match &context.store {
            Store::Memory => {
                let room = MemoryWaitingRoom::new(Arc::clone(&context.clock)).with_absence(absence);
                (Arc::new(room), Duty::always())
            }
            Store::Postgres(database) => {
                let stopwatch = Arc::new(ProcessStopwatch::start());
                let room = PostgresWaitingRoom::open(database.clone(), absence, stopwatch).await?;
                let duty = room.duty();
                (Arc::new(room), duty)
            }
        };
        let issuer = Issuer::new(settings)?;
        let own_keys = Credentials {
            pass_keys: Some(issuer.jwks()),
            queue_tokens: Some(settings.queue_tokens()?),
            ..Credentials::default()
        };
        let authenticator = Data::new(context.authenticator(own_keys)?);
        let admission = Admission::new(Arc::clone(&room), settings.policy()?);
        admission.establish(settings.main_queue_id).await?;
        let waiting = Waiting::new(room, Arc::clone(&context.ids)).with_poll_budget(settings.poll_budget);
        Ok(Self {
            waiting: Data::new(waiting),
            admission: Data::new(admission),
            issuer: Data::new(issuer),
            streams: Data::new(settings.streams()?),
            news: Data::default(),
            slots: Arc::new(Notify::new()),
            admission_interval: Duration::from_millis(settings.admission_interval_ms),
            authenticator,
            duty,
        })
    }

    fn provide(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(self.waiting.clone())
            .app_data(self.admission.clone())
            .app_data(self.issuer.clone())
            .app_data(self.authenticator.clone())
            .app_data(self.streams.clone())
            .app_data(self.news.clone())
            .app_data(Data::from(Arc::clone(&self.slots)));
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

    fn duty(&self) -> Duty {
        self.duty.clone()
    }
}
