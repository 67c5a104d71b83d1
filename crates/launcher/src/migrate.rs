//! `boxoffice migrate`: prepares a database of one's own for the four services as separate processes.

use std::fs;
use std::path::Path;

use anyhow::Context;
use concert_service::ConcertService;
use queue_service::QueueService;
use reservation_service::ReservationService;
use service_kit::postgres::provision::provision;
use service_kit::settings::{self, Sources};
use service_kit::{Service as _, postgres};
use wallet_service::WalletService;

use crate::environment::{self, Environment};
use crate::installation::{Installation, Service};
use crate::{admin_url, private_file};

/// Makes roles, schemas and tables, and writes `services/<service>.env` into the data folder.
pub async fn run(data_dir: &Path) -> anyhow::Result<()> {
    let admin_url = admin_url::needed()?;
    let installation = Installation::open(data_dir)?;
    let urls = provision(&admin_url, &installation.roles()).await?;
    let folder = installation.data_dir().join("services");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (service, url) in Service::ALL.into_iter().zip(urls) {
        let environment = environment::of_service(&installation, service, Some(&url));
        let applied = migrate(service, environment.clone()).await?;
        let file = folder.join(format!("{}.env", service.name()));
        private_file::write(&file, &lines(&environment))?;
        println!("{}: {applied} migrations applied; environment in {}", service.name(), file.display());
    }
    Ok(())
}

async fn migrate(service: Service, environment: Environment) -> anyhow::Result<usize> {
    let (section, defaults, migrations) = match service {
        Service::Queue => (QueueService::SECTION, QueueService::DEFAULTS, QueueService::MIGRATIONS),
        Service::Concert => (ConcertService::SECTION, ConcertService::DEFAULTS, ConcertService::MIGRATIONS),
        Service::Reservation => {
            (ReservationService::SECTION, ReservationService::DEFAULTS, ReservationService::MIGRATIONS)
        }
        Service::Wallet => (WalletService::SECTION, WalletService::DEFAULTS, WalletService::MIGRATIONS),
    };
    let shared = settings::load_shared(Sources { section, defaults, environment })?;
    postgres::migrate(&shared.database, migrations).await
}

/// One `NAME=value` a line.
fn lines(environment: &Environment) -> String {
    let mut lines: Vec<_> = environment.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    lines.sort();
    lines.concat()
}
