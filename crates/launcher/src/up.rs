//! `boxoffice up`: the whole box office in one process.

use std::net::TcpListener;
use std::path::Path;
use std::pin::{Pin, pin};

use anyhow::Context;
use clap::Args;
use service_kit::auth::Role;
use service_kit::http::Serving;
use service_kit::postgres::provision::provision;
use service_kit::service::stop_signal;
use service_kit::settings::{self, Shared, Sources};
use service_kit::{http, telemetry};

use crate::demo;
use crate::environment::Environment;
use crate::fleet::{DatabaseUrls, Fleet};
use crate::installation::Installation;
use crate::origin;
use crate::private_postgres::{Durability, Options, PrivatePostgres, Search};
use crate::token;

/// A day, as a fan's.
const OPERATOR_TOKEN_TTL_SECONDS: u32 = 86_400;

#[derive(Args, Debug)]
pub struct Arguments {
    /// Keeps everything in memory: for a first look, without a database. Nothing is kept.
    #[arg(long)]
    in_memory: bool,
    /// Leaves an empty installation empty.
    #[arg(long)]
    no_demo: bool,
}

/// Says what is being done to whoever waits; standard output is for what they came for.
fn say(what: &str) {
    eprintln!("boxoffice: {what}");
}

/// Runs until SIGINT or SIGTERM, which may come before it has opened.
pub async fn run(data_dir: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let stop = pin!(stop_signal()?);
    let environment: Environment = std::env::vars().collect();
    let shared = shared_settings(&environment)?;
    let telemetry = telemetry::init("boxoffice", &shared.telemetry)?;
    // First of all: a taken port is the likeliest trouble, and nothing has been touched yet.
    let listener = http::bind(&shared.http.host, shared.http.port)?;
    let installation = Installation::open(data_dir)?;
    let _lock = installation.lock()?;
    let mut postgres = start_postgres(&installation, &environment, arguments.in_memory).await?;
    let admin_url = admin_url(&environment, postgres.as_ref());
    // Four services' starts are too much to carry about on the stack.
    let office = Box::pin(open(&installation, &environment, &shared, listener, arguments, admin_url));
    let outcome = serve(office, &mut postgres, stop).await;
    telemetry.stop().await;
    if let Some(postgres) = postgres {
        say("stopping PostgreSQL");
        postgres.stop().await?;
    }
    outcome
}

/// The four services behind the public address.
struct Office {
    fleet: Fleet,
    origin: Serving,
}

/// Starts the services, fills in the demo and says where everything is.
async fn open(
    installation: &Installation,
    environment: &Environment,
    shared: &Shared,
    listener: TcpListener,
    arguments: &Arguments,
    admin_url: Option<String>,
) -> anyhow::Result<Office> {
    let urls = database_urls(installation, arguments.in_memory, admin_url).await?;
    say("starting the four services");
    let fleet = Fleet::start(installation, environment, &urls).await?;
    let origin = origin::serve(listener, &shared.http, &fleet)?;
    let operator = token::issue(installation, Role::Operator, OPERATOR_TOKEN_TTL_SECONDS)?;
    let address = format!("http://localhost:{}", origin.address().port());
    if !arguments.no_demo {
        demo::fill(&origin.address(), &operator, &|what| say(what))
            .await
            .context("cannot fill in the demo")?;
    }
    println!("Boxoffice is open: {address}");
    println!("Operator token: {operator}");
    if arguments.in_memory {
        println!("Nothing is kept: this is --in-memory.");
    }
    Ok(Office { fleet, origin })
}

/// Whether it is still opening or open already, a signal ends it.
async fn serve(
    opening: impl Future<Output = anyhow::Result<Office>>,
    postgres: &mut Option<PrivatePostgres>,
    mut stop: Pin<&mut impl Future<Output = ()>>,
) -> anyhow::Result<()> {
    let Office { fleet, origin } = tokio::select! {
        office = opening => office?,
        () = &mut stop => return Ok(()),
    };
    let outcome = tokio::select! {
        () = stop => Ok(()),
        broken = postgres_ended(postgres.as_mut()) => Err(broken),
    };
    say("stopping: requests under way may end");
    origin.stop().await?;
    fleet.stop().await?;
    outcome
}

/// The settings of the public address.
fn shared_settings(environment: &Environment) -> anyhow::Result<Shared> {
    let defaults = include_str!("../config/default.toml");
    settings::load_shared(Sources { section: "launcher", defaults, environment: environment.clone() })
}

/// Our own PostgreSQL, unless there is another to use or none is wanted.
async fn start_postgres(
    installation: &Installation,
    environment: &Environment,
    in_memory: bool,
) -> anyhow::Result<Option<PrivatePostgres>> {
    if in_memory || environment.contains_key("DATABASE_URL") {
        return Ok(None);
    }
    let options = Options {
        data_dir: installation.postgres_dir(),
        durability: Durability::Durable,
        superuser_password: installation.superuser_password().to_owned(),
        search: Search::of_this_machine(),
        progress: &|what| say(what),
    };
    PrivatePostgres::start(options).await.map(Some)
}

/// Where whoever may make roles and schemas connects to.
fn admin_url(environment: &Environment, postgres: Option<&PrivatePostgres>) -> Option<String> {
    postgres.map(PrivatePostgres::url).or_else(|| environment.get("DATABASE_URL").cloned())
}

/// A role and a schema for each service.
async fn database_urls(
    installation: &Installation,
    in_memory: bool,
    admin_url: Option<String>,
) -> anyhow::Result<DatabaseUrls> {
    if in_memory {
        return Ok(None);
    }
    let admin_url = admin_url.context("there is no database: set DATABASE_URL")?;
    provision(&admin_url, &installation.roles()).await.map(Some)
}

async fn postgres_ended(postgres: Option<&mut PrivatePostgres>) -> anyhow::Error {
    match postgres {
        Some(postgres) => postgres.ended().await,
        None => std::future::pending().await,
    }
}
