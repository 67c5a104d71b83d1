use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, ResponseError, get, web};
use anyhow::Context as _;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use utoipa_actix_web::service_config::ServiceConfig;

use super::active_port::ActivePort;
use super::{Context, Service, Store, Vitals, healthcheck};
use crate::audit::{self, LatestAudit, Scope};
use crate::duty::Duty;
use crate::http::{self, Counting, Serving};
use crate::jobs::Jobs;
use crate::metrics;
use crate::postgres::{self, Database};
use crate::problem::Problem;
use crate::requests::Requests;
use crate::settings::{self, Settings, Sources};
use crate::telemetry;

/// A service that serves.
pub struct Running<S> {
    pub service: S,
    pub vitals: web::Data<Vitals<S>>,
    serving: Serving,
    active_port: Option<ActivePort>,
    jobs: Jobs,
}

impl<S: Service> Running<S> {
    /// Its requests, for whoever serves its routes too.
    pub fn requests(&self) -> Requests {
        self.vitals.requests().clone()
    }

    pub fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    /// Takes no more requests, lets those under way end, then ends the jobs. Whoever stands by need not wait for any of
    /// that: they take over once no more requests are taken.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Self { service, serving, active_port, jobs, vitals: _ } = self;
        let close = async {
            match active_port {
                Some(port) => port.close().await,
                None => Ok(()),
            }
        };
        let duty = service.duty();
        let (served, closed, ()) = tokio::join!(serving.stop(), close, duty.hand_over());
        jobs.stop().await;
        served.and(closed)
    }
}

/// Starts a service on PostgreSQL (or in memory, without a database URL being looked at) behind `listener`.
pub async fn start<S: Service>(
    listener: TcpListener,
    settings: Settings<S::Settings>,
    in_memory: bool,
) -> anyhow::Result<Running<S>> {
    ActivePort::check(&settings.shared.http, listener.local_addr().context("the listener has no address")?)?;
    let store = if in_memory {
        Store::Memory
    } else {
        let database = Database::connect(&settings.shared.database).await?;
        postgres::migrate(&settings.shared.database, S::MIGRATIONS).await?;
        Store::Postgres(database)
    };
    let http_settings = settings.shared.http.clone();
    let (jobs_enabled, audit) = (settings.shared.jobs.enabled, settings.shared.audit.clone());
    let context = Context::new(S::NAME, settings, store.clone())?;
    let (clock, metrics) = (Arc::clone(&context.clock), context.metrics.clone());
    let service = S::assemble(context).await?;
    let (requests, latest_audit) = (Requests::default(), LatestAudit::default());
    metrics.collect(requests.clone());
    let duty = service.duty();
    metrics.collect(duty.clone());
    let vitals = Vitals::<S>::new(Arc::clone(&clock), requests.clone(), latest_audit.clone(), duty.clone());
    let vitals = web::Data::new(vitals);
    let mut jobs = service.jobs();
    if let Store::Postgres(database) = &store {
        jobs.extend(audit::job(Scope::of::<S>(), database.clone(), clock, &audit, &metrics, latest_audit));
    }
    let (provided, readiness, metrics) = (service.clone(), web::Data::new(store), web::Data::new(metrics));
    let (seen, on_duty) = (vitals.clone(), web::Data::new(duty.clone()));
    let routes = move |routes: &mut ServiceConfig<'_>| {
        S::public(routes);
        S::internal(routes);
        let (provided, readiness, metrics) = (provided.clone(), readiness.clone(), metrics.clone());
        let (seen, on_duty) = (seen.clone(), on_duty.clone());
        routes.map(|config| {
            config.app_data(readiness).app_data(on_duty).service(readyz);
            config.app_data(metrics).service(metrics::scrape);
            config.app_data(seen);
            provided.provide(config);
            config
        });
    };
    let counting = Counting::everything(requests);
    let serving = http::serve(listener, &http_settings, counting.clone(), routes.clone())?;
    let active_port = (http_settings.active_port > 0).then(|| {
        ActivePort::keep(http_settings.clone(), duty, move |listener| {
            http::serve(listener, &http_settings, counting.clone(), routes.clone())
        })
    });
    let jobs = Jobs::start(if jobs_enabled { jobs } else { Vec::new() });
    tracing::info!(service = S::NAME, address = %serving.address(), "serving");
    Ok(Running { service, vitals, serving, active_port, jobs })
}

/// Whoever asks with it means a process that stands by too.
const STANDBY_IS_READY: &str = "standby=ok";

/// The process does its work: its database answers, and it is the active one where one is.
#[get("/readyz")]
async fn readyz(request: HttpRequest, store: web::Data<Store>, duty: web::Data<Duty>) -> HttpResponse {
    let reached = match store.get_ref() {
        Store::Memory => Ok(()),
        Store::Postgres(database) => database.ping().await,
    };
    match reached {
        Err(error) => Problem::unexpected(&error).error_response(),
        Ok(()) if duty.is_active() => HttpResponse::Ok().json(json!({ "status": "ready" })),
        Ok(()) if request.query_string() == STANDBY_IS_READY => {
            HttpResponse::Ok().json(json!({ "status": "standby" }))
        }
        Ok(()) => Problem::unavailable("This process stands by; another one does the work").error_response(),
    }
}

/// The whole of a service's `main`: settings from the environment, serve until SIGINT or SIGTERM, one clear message
/// where it cannot.
pub fn run<S: Service>() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome =
        runtime.context("cannot start the runtime").and_then(|runtime| runtime.block_on(serve::<S>()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error:#}", S::NAME);
            ExitCode::FAILURE
        }
    }
}

async fn serve<S: Service>() -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let environment = std::env::vars().collect();
    let sources = Sources { section: S::SECTION, defaults: S::DEFAULTS, environment };
    let settings = settings::load::<S::Settings>(sources)?;
    if healthcheck::asked() {
        return healthcheck::run(&settings.shared.http).await;
    }
    let telemetry = telemetry::init(S::NAME, &settings.shared.telemetry)?;
    let listener = http::bind(&settings.shared.http.host, settings.shared.http.port)?;
    let running = start::<S>(listener, settings, false).await?;
    stop.await;
    tracing::info!(service = S::NAME, "stopping: requests under way may end");
    let stopped = running.stop().await;
    telemetry.stop().await;
    stopped
}

/// Listens for SIGINT and SIGTERM from now on; resolves when one has come, be it long before anybody waits for it.
pub fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
