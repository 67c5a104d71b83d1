//! What a keeper runs: one of the services, or PostgreSQL.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Child;

use super::postgres::{Postgres, kill_cluster};

/// How often a starting process is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// How to run one member of the stack, and how to tell that it works.
#[derive(Clone, Debug)]
pub(super) struct Program {
    log: PathBuf,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Postgres(Postgres),
    Service {
        name: String,
        binary: PathBuf,
        environment: Vec<(String, String)>,
        port: u16,
        client: reqwest::Client,
    },
}

impl Program {
    pub(super) fn postgres(postgres: Postgres, logs: &Path) -> Self {
        Self { log: logs.join("postgres.log"), kind: Kind::Postgres(postgres) }
    }

    pub(super) fn service(
        name: String,
        binary: PathBuf,
        environment: Vec<(String, String)>,
        port: u16,
        logs: &Path,
    ) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(1)).build();
        let client = client.context("cannot build the HTTP client")?;
        let log = logs.join(format!("{name}.log"));
        Ok(Self { log, kind: Kind::Service { name, binary, environment, port, client } })
    }

    pub(super) fn name(&self) -> String {
        match &self.kind {
            Kind::Postgres(_) => "postgres".to_owned(),
            Kind::Service { name, .. } => name.clone(),
        }
    }

    /// Whether callers get a connection while it starts: PostgreSQL listens first and refuses sessions until it has
    /// recovered, a service listens when it can serve.
    pub(super) fn listens_while_starting(&self) -> bool {
        match &self.kind {
            Kind::Postgres(_) => true,
            Kind::Service { .. } => false,
        }
    }

    /// A process of its own, its output at the end of its log.
    pub(super) fn spawn(&self) -> anyhow::Result<Child> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let log = log.with_context(|| format!("cannot write {}", self.log.display()))?;
        let mut command = match &self.kind {
            Kind::Postgres(postgres) => postgres.command(),
            Kind::Service { binary, environment, .. } => {
                let mut command = Command::new(binary);
                command.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
                command.stdin(Stdio::null());
                command
            }
        };
        command.stdout(log.try_clone().context("cannot share the log")?).stderr(log);
        tokio::process::Command::from(command)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}", self.name()))
    }

    /// Resolves once the process `pid` does its work.
    pub(super) async fn serves(&self, pid: Pid) {
        let mut glance = tokio::time::interval(GLANCE);
        loop {
            glance.tick().await;
            let works = match &self.kind {
                Kind::Postgres(postgres) => postgres.is_ready(pid),
                Kind::Service { port, client, .. } => {
                    let asked = client.get(format!("http://127.0.0.1:{port}/healthz")).send().await;
                    asked.is_ok_and(|answer| answer.status().is_success())
                }
            };
            if works {
                return;
            }
        }
    }

    /// `kill -9`.
    pub(super) fn slay(&self, pid: Pid) {
        match &self.kind {
            Kind::Postgres(_) => kill_cluster(pid),
            Kind::Service { .. } => {
                kill(pid, Signal::SIGKILL).ok();
            }
        }
    }

    /// Asks it to end: SIGINT is a fast shutdown for PostgreSQL and a clean one for a service.
    pub(super) fn dismiss(pid: Pid) {
        kill(pid, Signal::SIGINT).ok();
    }
}
