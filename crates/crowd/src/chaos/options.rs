use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::stack::{Member, Service};

const MINUTES: f64 = 5.0;
const KILLS_PER_MINUTE: f64 = 30.0;
const FAULTS_PER_MINUTE: f64 = 60.0;
const FANS: u32 = 40;
const AUDIT_PATIENCE_SECONDS: u64 = 60;

/// How much chaos.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How long processes are killed.
    #[arg(long, default_value_t = MINUTES)]
    pub minutes: f64,
    /// Ends after so many kills, however long that takes, instead of after a time.
    #[arg(long, conflicts_with = "minutes")]
    pub kills: Option<usize>,
    /// On average.
    #[arg(long, default_value_t = KILLS_PER_MINUTE)]
    pub kills_per_minute: f64,
    /// Who may be killed; all of them where absent.
    #[arg(long = "victim")]
    pub victims: Vec<Member>,
    /// A service that runs twice; of two queue-services one stands by.
    #[arg(long, value_name = "SERVICE")]
    pub twice: Vec<Service>,
    /// Nothing is killed: every service is restarted in good order instead, one process at a time, the next one when
    /// that one serves again. Each runs twice, and no network fault comes between.
    #[arg(long, conflicts_with_all = ["twice", "victims", "kills_per_minute", "faults_per_minute"])]
    pub rolling: bool,
    /// Network faults, on average; 0: none.
    #[arg(long, default_value_t = FAULTS_PER_MINUTE)]
    pub faults_per_minute: f64,
    /// How many fans are at the sale at once.
    #[arg(long, default_value_t = FANS)]
    pub fans: u32,
    /// How long the audit is repeated until each of its checks could be judged; some need the services to have been up
    /// for half a minute.
    #[arg(long, default_value_t = AUDIT_PATIENCE_SECONDS)]
    pub audit_patience_seconds: u64,
    /// What the plan is drawn from; another one every time where absent. The same seed makes the same plan; what the
    /// processes make of it is up to their timing.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Where `boxoffice` and the four services are; beside this program where absent.
    #[arg(long)]
    pub binaries: Option<PathBuf>,
    /// Keeps everything in this new folder: keys, cluster, logs, the crowd's ledger. Where absent, a temporary one that
    /// is kept only if a promise was broken.
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// Another setting of PostgreSQL, as in `synchronous_commit=off`: to see that broken promises are noticed.
    #[arg(long, value_name = "NAME=VALUE")]
    pub postgres: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            minutes: MINUTES,
            kills: None,
            kills_per_minute: KILLS_PER_MINUTE,
            victims: Vec::new(),
            twice: Vec::new(),
            rolling: false,
            faults_per_minute: FAULTS_PER_MINUTE,
            fans: FANS,
            audit_patience_seconds: AUDIT_PATIENCE_SECONDS,
            seed: None,
            binaries: None,
            folder: None,
            postgres: Vec::new(),
        }
    }
}

impl Options {
    /// The services that run twice.
    pub fn twice(&self) -> Vec<Service> {
        if self.rolling { Service::ALL.to_vec() } else { self.twice.clone() }
    }

    /// Where the binaries are: beside this program unless said otherwise; a test stands one folder deeper.
    pub fn binaries(&self) -> anyhow::Result<PathBuf> {
        if let Some(folder) = &self.binaries {
            return std::path::absolute(folder).with_context(|| format!("cannot find {}", folder.display()));
        }
        let program = std::env::current_exe().context("cannot find this program")?;
        let here = program.parent().context("this program is in no folder")?;
        let folder = if here.ends_with("deps") { here.parent() } else { Some(here) };
        folder.map(PathBuf::from).context("this program is in no folder")
    }
}
