//! The server process: started, awaited, stopped.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, anyhow};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use service_kit::postgres::provision;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use super::account::Account;
use super::cluster::Cluster;
use super::leftover::has_ended;
use super::log::Log;
use super::{DATABASE_OF_MAINTENANCE, Durability, Options, SUPERUSER};

pub(super) const POLL: Duration = Duration::from_millis(25);
/// After a crash PostgreSQL replays up to `max_wal_size` (1 GB) first.
const START_DEADLINE: Duration = Duration::from_mins(2);
/// A fast shutdown writes one checkpoint: at most `shared_buffers`.
const FAST_STOP_DEADLINE: Duration = Duration::from_secs(30);
/// An immediate one writes nothing; the next start recovers.
const IMMEDIATE_STOP_DEADLINE: Duration = Duration::from_secs(10);
/// The server processes of a killed postmaster end by themselves within seconds.
const RETRY_DEADLINE: Duration = Duration::from_secs(15);
/// What a start may fail of that another one need not (`lc_messages` is `C`): somebody took the port between our
/// finding it free and PostgreSQL binding it; server processes of a killed postmaster are still there.
const PASSING_FAILURES: [&str; 2] = ["could not create any TCP/IP sockets", "is still in use"];

/// A running server that is ours to stop.
#[derive(Debug)]
pub(super) struct Postmaster {
    process: Process,
    folder: PathBuf,
    port: u16,
    log: Log,
}

#[derive(Debug)]
enum Process {
    Child(Child, Pid),
    /// Started by an earlier boxoffice; the system reaps it.
    Adopted(Pid),
    Gone,
}

pub(super) fn superuser_url(port: u16, password: &str, database: &str) -> String {
    format!("postgres://{SUPERUSER}:{password}@127.0.0.1:{port}/{database}")
}

impl Postmaster {
    pub(super) async fn spawn(
        cluster: &Cluster,
        account: &Account,
        options: &Options<'_>,
        log: &Log,
    ) -> anyhow::Result<Self> {
        (options.progress)("starting the private PostgreSQL");
        log.set_aside()?;
        let give_up = Instant::now() + RETRY_DEADLINE;
        loop {
            let mut postmaster = Self::spawn_once(cluster, account, options.durability, log)?;
            let Err(error) = postmaster.ready(options).await else { return Ok(postmaster) };
            let said = log.tail();
            if Instant::now() > give_up || !PASSING_FAILURES.iter().any(|failure| said.contains(failure)) {
                return Err(error);
            }
            sleep(POLL).await;
        }
    }

    pub(super) fn adopt(pid: Pid, folder: PathBuf, port: u16, log: Log) -> Self {
        Self { process: Process::Adopted(pid), folder, port, log }
    }

    fn spawn_once(
        cluster: &Cluster,
        account: &Account,
        durability: Durability,
        log: &Log,
    ) -> anyhow::Result<Self> {
        let port = free_port()?;
        let output = log.begin()?;
        let errors = output.try_clone().context("cannot share PostgreSQL's log")?;
        let mut command = account.command(&cluster.programs.folder.join("postgres"));
        command.arg("-D").arg(&cluster.folder).stdout(output).stderr(errors);
        for setting in settings(port, durability) {
            command.arg("-c").arg(setting);
        }
        let child = Command::from(command)
            .spawn()
            .with_context(|| format!("cannot run postgres of {}", cluster.programs.folder.display()))?;
        let pid =
            child.id().and_then(|pid| i32::try_from(pid).ok()).context("PostgreSQL has no process id")?;
        let process = Process::Child(child, Pid::from_raw(pid));
        Ok(Self { process, folder: cluster.folder.clone(), port, log: log.clone() })
    }

    /// Returns when it lets the superuser in, or fails when it ended or refuses the password.
    async fn ready(&mut self, options: &Options<'_>) -> anyhow::Result<()> {
        let url = self.maintenance_url(options);
        let answered = async {
            let mut poll = tokio::time::interval(POLL);
            loop {
                poll.tick().await;
                match provision::connect(&url).await {
                    Ok(_connection) => return Ok(()),
                    Err(error) if format!("{error:#}").contains("password authentication failed") => {
                        return Err(error.context("this cluster belongs to an installation with other keys"));
                    }
                    Err(_still_starting) => {}
                }
            }
        };
        tokio::select! {
            error = self.ended() => Err(error),
            outcome = timeout(START_DEADLINE, answered) => outcome.unwrap_or_else(|_elapsed| {
                Err(anyhow!("the private PostgreSQL was not ready within {} s", START_DEADLINE.as_secs()))
            }),
        }
    }

    pub(super) fn maintenance_url(&self, options: &Options<'_>) -> String {
        superuser_url(self.port, &options.superuser_password, DATABASE_OF_MAINTENANCE)
    }

    pub(super) fn process_id(&self) -> i32 {
        self.pid().map_or(0, Pid::as_raw)
    }

    fn pid(&self) -> Option<Pid> {
        match &self.process {
            Process::Child(_, pid) | Process::Adopted(pid) => Some(*pid),
            Process::Gone => None,
        }
    }

    /// Resolves when the process has ended.
    pub(super) async fn ended(&mut self) -> anyhow::Error {
        let status = self.wait().await;
        let how = status.map_or_else(String::new, |status| format!(" ({status})"));
        anyhow!("the private PostgreSQL ended{how}; {}", self.log.tail())
    }

    async fn wait(&mut self) -> Option<ExitStatus> {
        let status = match &mut self.process {
            Process::Child(child, _) => child.wait().await.ok(),
            Process::Adopted(pid) => {
                let mut poll = tokio::time::interval(POLL);
                while !has_ended(*pid, &self.folder) {
                    poll.tick().await;
                }
                None
            }
            Process::Gone => None,
        };
        self.process = Process::Gone;
        status
    }

    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        self.signal(Signal::SIGINT);
        if timeout(FAST_STOP_DEADLINE, self.wait()).await.is_ok() {
            return Ok(());
        }
        self.signal(Signal::SIGQUIT);
        if timeout(IMMEDIATE_STOP_DEADLINE, self.wait()).await.is_ok() {
            return Ok(());
        }
        Err(anyhow!(
            "the private PostgreSQL (process {}) does not stop; {}",
            self.process_id(),
            self.log.tail()
        ))
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid()
            && let Err(error) = kill(pid, signal)
        {
            tracing::debug!(%pid, %signal, %error, "PostgreSQL took no signal: it is gone already");
        }
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        self.signal(Signal::SIGINT);
    }
}

fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr().context("no free port on 127.0.0.1")?.port())
}

/// Given at every start instead of written into `postgresql.conf`: what runs is what stands here.
fn settings(port: u16, durability: Durability) -> Vec<String> {
    let mut settings: Vec<String> = [
        "listen_addresses=127.0.0.1",
        // TCP with a password is the one way in; socket paths also have a length limit that a deep folder breaks.
        "unix_socket_directories=",
        // Four pools, their writers, migrations, and whole test suites with a database per test.
        "max_connections=200",
        // The seats and queue of a large sale fit; the default (128 MB) was made for shared machines.
        "shared_buffers=256MB",
        // Every statement is short: compiling one takes longer than running it.
        "jit=off",
        // Written and read by machines: one language, one time zone.
        "lc_messages=C",
        "timezone=UTC",
        "log_timezone=UTC",
        "log_destination=stderr",
        "logging_collector=off",
    ]
    .map(str::to_owned)
    .into();
    settings.push(format!("port={port}"));
    let flush: &[&str] = match durability {
        Durability::Durable => &["fsync=on", "synchronous_commit=on", "full_page_writes=on"],
        Durability::Volatile => &["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
    };
    settings.extend(flush.iter().map(|&setting| setting.to_owned()));
    settings
}
