//! A stack of its own for each part of the run: nothing that one has left behind is in another's figures.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::sync::watch;

use super::database::Database;
use super::load::{Asking, Load};
use super::row::Row;
use super::scale::Scale;
use super::{Options, audit};
use crate::http::{Caller, Curtain, Phase};
use crate::promoter::Promoter;
use crate::stack::{self, Programs, Service, Stack};

/// An inventory of 10,000 seats takes a second; unoptimised, several.
const PATIENCE: Duration = Duration::from_mins(1);

/// What every part is measured with.
pub struct Bench<'a> {
    pub options: &'a Options,
    pub scale: Scale,
    pub binaries: PathBuf,
    pub folder: PathBuf,
    pub programs: Programs,
    /// Clients of a closed loop.
    pub clients: usize,
}

/// A running stack, an operator, and PostgreSQL's programs on its cluster.
pub struct Stage<'a> {
    pub bench: &'a Bench<'a>,
    pub stack: Stack,
    pub promoter: Promoter,
    pub database: Database,
    folder: PathBuf,
    _curtain: watch::Sender<Phase>,
}

impl<'a> Stage<'a> {
    /// Shipped settings but for those that keep time and limits out of the figures: no pass and no hold runs out under
    /// a row, polls are answered however often they come, and few fans can stand for many.
    pub async fn start(bench: &'a Bench<'a>, name: &str) -> anyhow::Result<Self> {
        let folder = bench.folder.join(name);
        let settings = [
            ("BOXOFFICE__QUEUE__MAX_ACTIVE", "1000000"),
            ("BOXOFFICE__QUEUE__PASS_TTL_SECONDS", "86400"),
            ("BOXOFFICE__QUEUE__POLL_BUDGET", "false"),
            ("BOXOFFICE__RESERVATION__HOLD_TTL_SECONDS", "7200"),
            ("BOXOFFICE__RESERVATION__MAX_SEATS_PER_USER", "1000"),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let options = stack::Options {
            binaries: &bench.binaries,
            folder: &folder,
            settings: &settings,
            postgres: &[],
            faulty_network: None,
            twice: &[],
        };
        let stack = Stack::start(options).await.with_context(|| format!("cannot start the stack {name}"))?;
        let (phase, curtain) = Curtain::new();
        let caller = Caller::new(stack.doors.clone(), PATIENCE)?;
        let promoter = Promoter::new(caller, stack.operator.clone(), curtain);
        let url = stack.installation.database_url().context("the stack has no database")?.to_owned();
        let database = Database { programs: bench.programs.clone(), url, folder: folder.clone() };
        let durable =
            database.sql("SELECT current_setting('fsync'), current_setting('synchronous_commit')").await?;
        ensure!(durable == "on|on", "fsync and synchronous_commit are {durable}");
        Ok(Self { bench, stack, promoter, database, folder, _curtain: phase })
    }

    /// Where a service is called.
    pub fn door(&self, service: Service) -> anyhow::Result<SocketAddr> {
        let door = self.stack.doors.get(service);
        let address = door.trim_start_matches("http://").parse();
        address.with_context(|| format!("{door} is no address"))
    }

    /// For what must be there beforehand.
    pub fn asking(&self, service: Service) -> anyhow::Result<Asking> {
        let Bench { clients, options, .. } = *self.bench;
        Ok(Asking { door: self.door(service)?, clients, threads: options.threads, patient: true })
    }

    /// A loop for the time of a round.
    pub fn timed(&self) -> Load {
        Load { lasts: Some(self.bench.scale.lasts), ..self.exhausting() }
    }

    /// A loop for as long as there is something left.
    pub fn exhausting(&self) -> Load {
        Load { clients: self.bench.clients, threads: self.bench.options.threads, lasts: None }
    }

    /// Audits what the row has left behind; anything found is the row's error.
    pub async fn audit(&self, row: &mut Row) -> anyhow::Result<()> {
        audit::look(&self.stack.installation, row).await
    }

    /// Lets everything end well, and removes the cluster.
    pub async fn stop(self) -> anyhow::Result<()> {
        let ended = self.stack.mishaps.ended();
        self.stack.stop().await;
        ensure!(ended.is_empty(), "processes ended by themselves: {}", ended.join("; "));
        remove(&self.folder.join("postgres"))
    }
}

/// A cluster of a million fans is half a gigabyte.
fn remove(folder: &Path) -> anyhow::Result<()> {
    std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))
}

/// Runs a loop, or anything else that blocks, without holding the keepers of the processes up.
pub fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}
