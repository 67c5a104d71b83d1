//! A postmaster that outlived the boxoffice that started it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::anyhow;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use service_kit::postgres::provision;

use super::cluster::Cluster;
use super::log::Log;
use super::postmaster::{POLL, Postmaster, superuser_url};
use super::{DATABASE_OF_MAINTENANCE, Options};

/// It may be in the middle of a start or of a fast shutdown; both end sooner.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);

/// What `postmaster.pid` says about a process that is alive.
pub(super) struct Leftover {
    folder: PathBuf,
    pid: Pid,
}

impl Leftover {
    /// `None` where nothing runs on the cluster. A stale file is left to PostgreSQL: it also looks for
    /// orphaned server processes before it replaces the file.
    pub(super) fn find(cluster: &Cluster) -> Option<Self> {
        let pid = recorded(&cluster.folder)?.0;
        let alive = kill(pid, None).is_ok() && !works_elsewhere(pid, &cluster.folder);
        alive.then(|| Self { folder: cluster.folder.clone(), pid })
    }

    /// Waits until it answers, or until it has gone by itself (`None`).
    pub(super) async fn take_over(
        self,
        options: &Options<'_>,
        log: &Log,
    ) -> anyhow::Result<Option<Postmaster>> {
        (options.progress)("taking over the private PostgreSQL that an earlier boxoffice left running");
        match tokio::time::timeout(ANSWER_DEADLINE, self.answered(options)).await {
            Ok(Some(port)) => Ok(Some(Postmaster::adopt(self.pid, self.folder, port, log.clone()))),
            Ok(None) => Ok(None),
            Err(_elapsed) => Err(anyhow!(
                "process {} seems to be a PostgreSQL on {}, but does not let us in; stop it (`kill -INT {}`) and try \
                 again; {}",
                self.pid,
                self.folder.display(),
                self.pid,
                log.tail()
            )),
        }
    }

    async fn answered(&self, options: &Options<'_>) -> Option<u16> {
        let mut poll = tokio::time::interval(POLL);
        loop {
            poll.tick().await;
            if has_ended(self.pid, &self.folder) {
                return None;
            }
            // A starting postmaster writes its port a moment after its process id.
            if let Some((_, Some(port))) = recorded(&self.folder) {
                let url = superuser_url(port, &options.superuser_password, DATABASE_OF_MAINTENANCE);
                // Its answer needs the password of this installation, so it is no stranger on a reused port.
                if provision::connect(&url).await.is_ok() {
                    return Some(port);
                }
            }
        }
    }
}

/// A process of which only its exit status is left still has an id; PostgreSQL removes the file when it is done.
pub(super) fn has_ended(pid: Pid, folder: &Path) -> bool {
    kill(pid, None).is_err() || recorded(folder).is_none_or(|(recorded, _)| recorded != pid)
}

/// The first line of `postmaster.pid` is the process id, the fourth the port.
pub(super) fn recorded(folder: &Path) -> Option<(Pid, Option<u16>)> {
    let text = fs::read_to_string(folder.join("postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok().filter(|pid| *pid > 0)?;
    Some((Pid::from_raw(pid), lines.nth(2).and_then(|port| port.trim().parse().ok())))
}

/// After a reboot the id may belong to anybody. A postmaster's working directory is its cluster; where the system
/// does not tell (no `/proc`) the password decides.
fn works_elsewhere(pid: Pid, folder: &Path) -> bool {
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|directory| directory != folder)
}
