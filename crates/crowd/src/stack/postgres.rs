//! A PostgreSQL cluster that is there to be killed: durable, so that what it has acknowledged must come back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::Rng;

use super::ports;
use super::programs::Programs;

const SUPERUSER: &str = "boxoffice_admin";
/// The database that `initdb` makes; the services' schemas go into it.
const DATABASE: &str = "postgres";

/// A cluster's files and how to run it.
#[derive(Clone, Debug)]
pub struct Postgres {
    programs: Programs,
    folder: PathBuf,
    port: u16,
    password: String,
    settings: Vec<String>,
}

impl Postgres {
    /// Makes the cluster in `folder`, which must not exist yet; `settings` are taken over its own.
    pub async fn create(folder: &Path, settings: &[String]) -> anyhow::Result<Self> {
        let programs = Programs::find()?;
        let made = |path: &Path, mode: u32| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode))
                .with_context(|| format!("cannot set the mode of {}", path.display()))?;
            programs.own(path)
        };
        fs::create_dir(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        made(folder, 0o700)?;
        let password = format!("{:032x}", rand::rng().random::<u128>());
        let password_file = folder.with_extension("password");
        fs::write(&password_file, &password).context("cannot write the superuser's password")?;
        made(&password_file, 0o600)?;
        let mut initdb = programs.command("initdb");
        initdb.arg("--pgdata").arg(folder).arg("--pwfile").arg(&password_file);
        initdb.args(["--username", SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]);
        initdb.arg("--data-checksums");
        let output =
            tokio::process::Command::from(initdb).output().await.context("cannot run PostgreSQL's initdb")?;
        ensure!(output.status.success(), "initdb failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        fs::remove_file(&password_file).context("cannot remove the password's file")?;
        let (folder, settings) = (folder.to_owned(), settings.to_vec());
        Ok(Self { programs, folder, port: ports::free()?, password, settings })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The superuser's URL.
    pub fn url(&self) -> String {
        format!("postgres://{SUPERUSER}:{}@127.0.0.1:{}/{DATABASE}", self.password, self.port)
    }

    pub(super) fn command(&self) -> Command {
        let mut command = self.programs.command("postgres");
        command.arg("-D").arg(&self.folder).stdout(Stdio::null());
        let port = format!("port={}", self.port);
        for setting in [
            port.as_str(),
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            // Four pools of 16, and what a killed service's sessions take until they are noticed.
            "max_connections=200",
            "jit=off",
            "lc_messages=C",
            "timezone=UTC",
            "log_timezone=UTC",
            // All of it is what an acknowledgement stands on.
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
        ] {
            command.arg("-c").arg(setting);
        }
        for setting in &self.settings {
            command.arg("-c").arg(setting);
        }
        command
    }

    /// Whether the postmaster `pid` lets sessions in: the last line of its file says so (as `pg_ctl` reads it).
    pub(super) fn is_ready(&self, pid: Pid) -> bool {
        let file = fs::read_to_string(self.folder.join("postmaster.pid")).unwrap_or_default();
        let mut lines = file.lines().map(str::trim);
        lines.next() == Some(pid.to_string().as_str()) && lines.nth(6) == Some("ready")
    }
}

/// `kill -9` of a postmaster and everything it has forked. Stopped first, so that it forks nothing meanwhile.
pub(super) fn kill_cluster(postmaster: Pid) {
    kill(postmaster, Signal::SIGSTOP).ok();
    let children = children(postmaster);
    kill(postmaster, Signal::SIGKILL).ok();
    for child in children {
        kill(child, Signal::SIGKILL).ok();
    }
}

/// Ends the postmaster of a cluster that nobody wants any more, where there is one: whoever had started it has ended without.
pub(crate) fn end_abandoned(cluster: &Path) {
    let file = fs::read_to_string(cluster.join("postmaster.pid")).unwrap_or_default();
    let Some(postmaster) = file.lines().next().and_then(|line| line.trim().parse().ok()) else { return };
    // The file may be of a postmaster that was killed, and its number somebody else's by now.
    let Ok(output) = Command::new("ps").args(["-o", "args=", "-p", &format!("{postmaster}")]).output() else {
        return;
    };
    if String::from_utf8_lossy(&output.stdout).contains(&*cluster.to_string_lossy()) {
        kill(Pid::from_raw(postmaster), Signal::SIGQUIT).ok();
    }
}

/// `ps` tells it on every system.
fn children(parent: Pid) -> Vec<Pid> {
    let Ok(output) = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output() else { return Vec::new() };
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    let of_parent = |line: &str| {
        let mut numbers = line.split_whitespace().map(str::parse::<i32>);
        let (pid, ppid) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        (ppid == parent.as_raw()).then_some(Pid::from_raw(pid))
    };
    listed.lines().filter_map(of_parent).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn an_abandoned_cluster_is_ended_and_nobody_who_has_its_number_by_now() {
        let folder = tempfile::tempdir().unwrap();
        let clusters = ["ours", "of-others"].map(|name| folder.path().join(name));
        // It names the cluster's folder on its command line, as a postmaster does.
        let mut runs = clusters.clone().map(|cluster| {
            fs::create_dir(&cluster).unwrap();
            let file = cluster.join("postmaster.pid");
            fs::write(&file, "").unwrap();
            Command::new("tail").arg("-f").arg(&file).stdout(Stdio::null()).spawn().unwrap()
        });
        let [ours, others] = &mut runs;
        let names =
            |pid: u32| fs::write(clusters[0].join("postmaster.pid"), format!("{pid}\n/data\n")).unwrap();
        names(others.id());
        end_abandoned(&clusters[0]);
        names(ours.id());
        end_abandoned(&clusters[0]);
        assert_eq!(ours.wait().unwrap().signal(), Some(3));
        assert!(others.try_wait().unwrap().is_none());
        others.kill().unwrap();
        others.wait().unwrap();
        end_abandoned(&folder.path().join("nowhere"));
    }
}
