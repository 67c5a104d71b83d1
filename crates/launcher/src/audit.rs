//! `boxoffice audit`: whether what must always hold does, in the stored rows of a running or stopped installation.

mod across;
mod report;
mod target;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::Args;
use concert_service::ConcertService;
use queue_service::QueueService;
use reservation_service::ReservationService;
use service_kit::audit::{Look, Scope, snapshot};
use service_kit::postgres::provision;
use service_kit::service::stop_signal;
use wallet_service::WalletService;

use crate::admin_url;

pub use report::{CheckReport, Report};
use target::Target;

/// The exit code of a violation.
const VIOLATED: u8 = 1;
/// The exit code where nothing can be said: no installation, no database, no answer.
const NOT_AUDITED: u8 = 2;

/// The checks of all services, and between them.
pub const SCOPES: [Scope; 5] = [
    Scope::of::<QueueService>(),
    Scope::of::<ConcertService>(),
    Scope::of::<ReservationService>(),
    Scope::of::<WalletService>(),
    // These name their schemas.
    Scope { service: "between services", schema: "pg_catalog", checks: across::CHECKS },
];

#[derive(Args, Debug)]
pub struct Arguments {
    /// Prints the findings as JSON.
    #[arg(long)]
    json: bool,
}

/// Audits and prints; the exit code says what came of it. An error is printed here, since it has a code of its own.
pub async fn run(data_dir: &Path, arguments: &Arguments) -> ExitCode {
    match find_and_audit(data_dir).await.and_then(|report| {
        let text =
            if arguments.json { serde_json::to_string_pretty(&report)? + "\n" } else { report.to_string() };
        print!("{text}");
        Ok(report.is_clean())
    }) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(VIOLATED),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(NOT_AUDITED)
        }
    }
}

async fn find_and_audit(data_dir: &Path) -> anyhow::Result<Report> {
    let stop = stop_signal()?;
    let target = Target::find(data_dir, admin_url::given()?).await?;
    let report = tokio::select! {
        report = audit(&target.admin_url) => report,
        () = stop => Err(anyhow!("interrupted")),
    };
    target.leave().await?;
    report
}

/// Audits the installation in one database, under a role that may read all four schemas.
pub async fn audit(admin_url: &str) -> anyhow::Result<Report> {
    let mut connection = provision::connect(admin_url).await?;
    let looked = snapshot(&mut connection, &SCOPES, Look::WHOLE).await;
    let (at, findings) = looked.context(
        "the database could not be audited; is there an installation of this version in it (`boxoffice migrate`)?",
    )?;
    Ok(Report::new(provision::place_of(admin_url), at, findings))
}
