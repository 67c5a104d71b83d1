//! How fast it is: every row beside a yardstick that is measured in the same run, in turn, on the same machine.
//!
//! `load` is the load generator, `database` psql and pgbench, `constant` the HTTP yardstick; `stage` is a running stack
//! with `fans` and `halls` in it; each file in `rows` is one or a few rows of the table.

mod audit;
pub mod constant;
mod database;
mod fans;
mod halls;
mod json;
mod load;
mod machine;
mod options;
mod row;
mod rows;
mod scale;
mod stage;
mod statistics;
mod streams;
mod table;

use std::path::Path;

use anyhow::Context;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::json;

pub use json::Report;
use machine::Machine;
pub use options::Options;
pub use row::{Goal, Row, Side, Verdict};
use rows::Rows;
use scale::Scale;
use stage::Bench;
use table::table;

use crate::interrupt;
use crate::stack::Programs;

/// A small run has few clients.
const SMOKE_CLIENTS: usize = 8;

/// Measures what is asked for and prints the table; the report says whether everything was as it should be.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    options.check()?;
    let interrupted = interrupt::listen()?;
    let folder = match &options.folder {
        Some(folder) => {
            std::fs::create_dir(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            std::path::absolute(folder).context("cannot find the folder")?
        }
        None => tempfile::Builder::new().prefix("bench-").tempdir().context("no temporary folder")?.keep(),
    };
    println!("benchmark in {}", folder.display());
    let report = tokio::select! {
        report = in_folder(options, &folder) => report,
        interrupted = interrupted => Err(interrupted),
    };
    if options.folder.is_none() && report.as_ref().is_ok_and(Report::is_sound) {
        std::fs::remove_dir_all(&folder).context("cannot remove the temporary folder")?;
    } else {
        println!("logs are kept in {}", folder.display());
    }
    report
}

async fn in_folder(options: &Options, folder: &Path) -> anyhow::Result<Report> {
    let programs = Programs::find()?;
    let version = programs.command("postgres").arg("--version").output();
    let version = version.context("cannot run postgres --version")?.stdout;
    let version = String::from_utf8_lossy(&version).trim().to_owned();
    let scale = Scale::of(options);
    let clients = if options.smoke { options.clients.min(SMOKE_CLIENTS) } else { options.clients };
    let open_files = raise_open_files()?;
    let (binaries, folder) = (options.binaries()?, folder.to_owned());
    let bench = Bench { options, scale, binaries, folder, programs, clients };
    let mut rows = Rows::new(!options.smoke);
    let failures = rows::measure(&bench, &mut rows).await;
    let settings = json!({
        "seconds": scale.lasts.as_secs_f64(),
        "rounds": scale.rounds,
        "clients": clients,
        "threads": options.threads,
        "smoke": options.smoke,
        "open_files": open_files,
    });
    let (machine, judged) = (Machine::look(version), !options.smoke);
    let report = Report { machine, settings, rows: rows.into_vec(), judged, failures };
    println!("\n{}", table(&report.rows, report.judged));
    for failure in &report.failures {
        println!("ERROR: {failure}");
    }
    if let Some(file) = &options.json {
        report.write(file)?;
    }
    Ok(report)
}

/// Ten thousand streams are as many open files, in this process and, since a process inherits its limits, in theirs.
fn raise_open_files() -> anyhow::Result<u64> {
    let (soft, hard) =
        getrlimit(Resource::RLIMIT_NOFILE).context("cannot ask for the limit of open files")?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard).context("cannot raise the limit of open files")?;
    }
    Ok(hard)
}
