//! The facade: the published REST specifications (requirement documents 001 and 002), translated onto v1.
//!
//! It holds no state and has no rule of its own: whatever is asked here is asked of v1 with the asker's own credential,
//! and v1 decides. docs/FACADE.md maps every route, field, status and text.

mod calendar;
mod document_001;
mod document_002;
mod failure;
mod request;
mod settings;
mod token;
mod v1;

use std::collections::HashMap;

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, get};

use service_kit::http::Counting;
use service_kit::metrics::Metrics;
use service_kit::requests::Requests;
use service_kit::service::{healthcheck, stop_signal};
use service_kit::settings::{Settings, Sources};
use service_kit::{http, metrics, telemetry};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::calendar::Calendar;
use crate::v1::V1;

pub use settings::FacadeSettings;

/// The two documents' routes over v1.
#[derive(Clone)]
pub struct Facade {
    v1: V1,
    calendar: Data<Calendar>,
}

impl Facade {
    pub const NAME: &'static str = "facade";

    /// Reads the settings; where the four services are stands in `BOXOFFICE__PEERS__…`.
    pub fn settings(environment: HashMap<String, String>) -> anyhow::Result<Settings<FacadeSettings>> {
        let defaults = include_str!("../config/default.toml");
        service_kit::settings::load(Sources { section: "facade", defaults, environment })
    }

    pub fn new(settings: &Settings<FacadeSettings>) -> anyhow::Result<Self> {
        let calendar = Calendar::new(settings.service.utc_offset_minutes)?;
        Ok(Self { v1: V1::new(settings)?, calendar: Data::new(calendar) })
    }

    /// What handlers find in their app data.
    pub fn provide(&self, config: &mut web::ServiceConfig) {
        config.app_data(self.v1.clone()).app_data(self.calendar.clone());
    }

    /// The routes of both documents.
    pub fn public(routes: &mut ServiceConfig<'_>) {
        document_001::routes(routes);
        document_002::routes(routes);
    }
}

/// Serves until SIGINT or SIGTERM.
pub async fn run() -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let settings = Facade::settings(std::env::vars().collect())?;
    if healthcheck::asked() {
        return healthcheck::run(&settings.shared.http).await;
    }
    let telemetry = telemetry::init(Facade::NAME, &settings.shared.telemetry)?;
    let listener = http::bind(&settings.shared.http.host, settings.shared.http.port)?;
    let facade = Facade::new(&settings)?;
    let (metrics, requests) = (Data::new(Metrics::new(Facade::NAME)), Requests::default());
    metrics.collect(requests.clone());
    let counting = Counting::everything(requests);
    let serving = http::serve(listener, &settings.shared.http, counting, move |routes| {
        Facade::public(routes);
        let (facade, metrics) = (facade.clone(), metrics.clone());
        routes.map(|config| {
            facade.provide(config);
            config.app_data(metrics).service(metrics::scrape).service(readyz)
        });
    })?;
    tracing::info!(address = %serving.address(), "serving");
    stop.await;
    tracing::info!("stopping: requests under way may end");
    let stopped = serving.stop().await;
    telemetry.stop().await;
    stopped
}

/// The process can do its work: it needs nothing of its own, and a service that is down answers for itself.
#[get("/readyz")]
async fn readyz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ready" }))
}
