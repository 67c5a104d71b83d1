//! `boxoffice with-postgres -- <command>`: a PostgreSQL for the length of one command, for tests and experiments.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use crate::installation::random_hex;
use crate::private_postgres::{self, Durability, Options, PrivatePostgres, Search};

/// As long as a terminal's user waits before pressing Ctrl-C again.
const CHILD_STOP_DEADLINE: Duration = Duration::from_secs(5);
/// What a shell adds to the number of the signal that ended a command.
const SIGNAL_EXIT_CODE: i32 = 128;
const INTERRUPTED: StopSignal = StopSignal { name: Signal::SIGINT, exit_code: 130 };
const TERMINATED: StopSignal = StopSignal { name: Signal::SIGTERM, exit_code: 143 };
/// One word of a password nobody types.
const PASSWORD_BYTES: usize = 16;

#[derive(Args, Debug)]
pub struct Arguments {
    /// Leave the cluster's files behind and say where they are.
    #[arg(long)]
    keep: bool,
    /// The command and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Runs the command; its exit code is ours. PostgreSQL stops last, also when we are told to stop.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    // Listened to from here on, so that a signal during the start is answered as soon as the start is over.
    let mut stop = StopSignals::listen()?;
    let folder = scratch_folder()?;
    let options = Options {
        data_dir: folder.path().join("postgres"),
        durability: Durability::Volatile,
        superuser_password: random_hex::<PASSWORD_BYTES>()?,
        search: Search::of_this_machine(),
        progress: &|_| {},
    };
    let postgres = PrivatePostgres::start(options).await?;
    let outcome = run_command(&arguments.command, &postgres.url(), &mut stop).await;
    let stopped = postgres.stop().await;
    if arguments.keep {
        eprintln!("the cluster's files are in {}", folder.keep().display());
    } else {
        folder.close().context("cannot remove the cluster's files")?;
    }
    let code = outcome?;
    stopped?;
    Ok(code)
}

async fn run_command(command: &[OsString], url: &str, stop: &mut StopSignals) -> anyhow::Result<ExitCode> {
    let (program, arguments) = command.split_first().context("no command was given")?;
    let mut child = Command::new(program)
        .args(arguments)
        .env("DATABASE_URL", url)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot run {}", program.display()))?;
    tokio::select! {
        status = child.wait() => Ok(exit_code(status.context("cannot wait for the command")?)),
        signal = stop.recv() => {
            end(&mut child, signal.name).await?;
            Ok(ExitCode::from(signal.exit_code))
        }
    }
}

/// Passes the signal on, and does not wait forever.
async fn end(child: &mut Child, signal: Signal) -> anyhow::Result<()> {
    if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
        // After Ctrl-C the terminal told the command already; it may have gone by now.
        let _ = kill(Pid::from_raw(pid), signal);
    }
    match timeout(CHILD_STOP_DEADLINE, child.wait()).await {
        Ok(status) => status.map(drop).context("cannot wait for the command"),
        Err(_elapsed) => child.kill().await.context("cannot stop the command"),
    }
}

fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| SIGNAL_EXIT_CODE + signal));
    code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// A folder that PostgreSQL's account can enter, removed at the end.
fn scratch_folder() -> anyhow::Result<TempDir> {
    let parents = [env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
    let parent: &Path =
        parents.iter().find(|parent| private_postgres::unprivileged_account_can_reach(parent)).ok_or_else(
            || anyhow!("PostgreSQL's account can enter no folder for temporary files; set TMPDIR to one"),
        )?;
    let folder = tempfile::Builder::new()
        .prefix("boxoffice-")
        .tempdir_in(parent)
        .with_context(|| format!("cannot create a folder in {}", parent.display()))?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711))
        .with_context(|| format!("cannot open {} to PostgreSQL's account", folder.path().display()))?;
    Ok(folder)
}

/// A signal that ends us, and the exit code a shell gives a command that it ended.
#[derive(Clone, Copy)]
struct StopSignal {
    name: Signal,
    exit_code: u8,
}

struct StopSignals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl StopSignals {
    fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn recv(&mut self) -> StopSignal {
        tokio::select! {
            _ = self.interrupt.recv() => INTERRUPTED,
            _ = self.terminate.recv() => TERMINATED,
        }
    }
}
