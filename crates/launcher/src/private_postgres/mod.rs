//! A PostgreSQL cluster of our own: created on first use, run as our child, stopped with us.
//!
//! PostgreSQL refuses to run as root. Started as root, the cluster belongs to an unprivileged account
//! (`account`), and lives where that account can reach it (`home`). A boxoffice that was killed leaves its
//! postmaster running; the next start takes it over (`leftover`).

mod account;
mod binaries;
mod cluster;
mod home;
mod leftover;
mod log;
mod postmaster;
mod running;

use std::path::PathBuf;

use anyhow::Context;
use service_kit::postgres::provision;

use account::Account;
pub use account::can_reach as unprivileged_account_can_reach;
pub use binaries::Search;
use cluster::Cluster;
use leftover::Leftover;
use log::Log;
use postmaster::Postmaster;
pub use running::running;

/// The superuser of a private cluster. No operating system account has this name, and none needs to.
const SUPERUSER: &str = "boxoffice_admin";
/// The database that `initdb` makes, to create the other from.
const DATABASE_OF_MAINTENANCE: &str = "postgres";
/// The database that every service's schema lives in.
const DATABASE: &str = "boxoffice";

/// Whether a commit survives the machine's power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A commit is on disk before it is acknowledged.
    Durable,
    /// Nothing is flushed: for data that is thrown away with the process.
    Volatile,
}

/// What a private cluster needs to know.
pub struct Options<'a> {
    /// The cluster's folder, for example `.boxoffice/postgres`; its log is beside it (`.boxoffice/postgres.log`).
    pub data_dir: PathBuf,
    pub durability: Durability,
    /// Set when the cluster is created and needed at every start after it.
    pub superuser_password: String,
    /// Where to look for PostgreSQL's programs.
    pub search: Search,
    /// Told in a few words what is being done, for whoever waits.
    pub progress: &'a (dyn Fn(&str) + Send + Sync),
}

/// A running private cluster. Dropping it asks PostgreSQL to stop; [`PrivatePostgres::stop`] also waits for it.
#[derive(Debug)]
pub struct PrivatePostgres {
    postmaster: Postmaster,
    url: String,
}

impl PrivatePostgres {
    /// Creates the cluster if it is missing, starts it (or takes over one that still runs) and waits until it answers.
    pub async fn start(options: Options<'_>) -> anyhow::Result<Self> {
        let installed = options.search.find().await?;
        let account = Account::choose(&options.data_dir)?;
        let cluster = Cluster::open_or_create(&options, &installed, &account).await?;
        let log = Log::beside(&options.data_dir);

        let postmaster = match Leftover::find(&cluster) {
            Some(leftover) => leftover.take_over(&options, &log).await?,
            None => None,
        };
        let postmaster = match postmaster {
            Some(postmaster) => postmaster,
            None => Postmaster::spawn(&cluster, &account, &options, &log).await?,
        };
        let url = provision::create_database(&postmaster.maintenance_url(&options), DATABASE)
            .await
            .context("the private PostgreSQL started, but its database could not be created")?;
        Ok(Self { postmaster, url })
    }

    /// The superuser's URL of the database `boxoffice`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The process id of the postmaster.
    pub fn process_id(&self) -> i32 {
        self.postmaster.process_id()
    }

    /// Resolves only when PostgreSQL ended without being asked to; the error says what its log says.
    pub async fn ended(&mut self) -> anyhow::Error {
        self.postmaster.ended().await
    }

    /// Ends the sessions, writes a checkpoint and stops PostgreSQL; returns when it is gone.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.postmaster.stop().await
    }
}
