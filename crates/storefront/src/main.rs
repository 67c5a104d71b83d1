//! The storefront's own process. It has no database, no secret and no peer: browsers ask v1 themselves.

use std::process::ExitCode;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use service_kit::http::Counting;
use service_kit::metrics::Metrics;
use service_kit::requests::Requests;
use service_kit::service::{healthcheck, stop_signal};
use service_kit::settings::{self, Sources};
use service_kit::{http, metrics, telemetry};
use storefront::Storefront;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("storefront: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until SIGINT or SIGTERM.
async fn run() -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let environment = std::env::vars().collect();
    let defaults = include_str!("../config/default.toml");
    let settings = settings::load_shared(Sources { section: "storefront", defaults, environment })?;
    if healthcheck::asked() {
        return healthcheck::run(&settings.http).await;
    }
    let telemetry = telemetry::init("storefront", &settings.telemetry)?;
    let listener = http::bind(&settings.http.host, settings.http.port)?;
    let storefront = Storefront::new()?;
    let (metrics, requests) = (Data::new(Metrics::new("storefront")), Requests::default());
    metrics.collect(requests.clone());
    let serving = http::serve(listener, &settings.http, Counting::everything(requests), move |routes| {
        Storefront::public(routes);
        let (storefront, metrics) = (storefront.clone(), metrics.clone());
        routes.map(|config| {
            storefront.provide(config);
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

/// The process can do its work: the pages are in it.
#[get("/readyz")]
async fn readyz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ready" }))
}
