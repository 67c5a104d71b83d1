//! Whom PostgreSQL runs as.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, anyhow};
use nix::unistd::{Uid, User};

/// In this order: the account of the distribution's package, then the one that is everywhere.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The account PostgreSQL's programs run as.
#[derive(Clone, Debug)]
pub(super) enum Account {
    /// Whoever runs boxoffice.
    Ours,
    /// PostgreSQL refuses root, so root hands over to this one.
    Unprivileged { uid: u32, gid: u32 },
}

impl Account {
    /// The owner of an existing cluster goes first: nobody else may open it.
    pub(super) fn choose(data_dir: &Path) -> anyhow::Result<Self> {
        if !Uid::effective().is_root() {
            return Ok(Self::Ours);
        }
        if let Ok(existing) = fs::metadata(data_dir)
            && existing.uid() != 0
        {
            return Ok(Self::Unprivileged { uid: existing.uid(), gid: existing.gid() });
        }
        Self::unprivileged()
    }

    fn unprivileged() -> anyhow::Result<Self> {
        for name in UNPRIVILEGED {
            let user = User::from_name(name).with_context(|| format!("cannot look up the account {name}"))?;
            if let Some(user) = user {
                return Ok(Self::Unprivileged { uid: user.uid.as_raw(), gid: user.gid.as_raw() });
            }
        }
        Err(anyhow!(
            "PostgreSQL does not run as root, and there is no account named {}",
            UNPRIVILEGED.join(" or ")
        ))
    }

    /// `program` as this account, without a terminal, out of reach of the terminal's Ctrl-C, in a folder
    /// that it can enter.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).process_group(0).current_dir("/");
        match self {
            Self::Ours => {}
            // With a user id the standard library also drops root's supplementary groups.
            Self::Unprivileged { uid, gid } => {
                command.uid(*uid).gid(*gid);
            }
        }
        command
    }

    /// Gives `path`, just made by us, to the account.
    pub(super) fn own(&self, path: &Path) -> anyhow::Result<()> {
        match self {
            Self::Ours => Ok(()),
            Self::Unprivileged { uid, gid } => std::os::unix::fs::chown(path, Some(*uid), Some(*gid))
                .with_context(|| format!("cannot give {} to PostgreSQL's account", path.display())),
        }
    }

    /// Whether the account can enter `folder`. The kernel is asked, since access lists and mounts count too.
    pub(super) fn can_enter(&self, folder: &Path) -> bool {
        match self {
            Self::Ours => true,
            Self::Unprivileged { .. } => self
                .command(Path::new("/bin/sh"))
                .args(["-c", "cd \"$1\"", "sh"])
                .arg(folder)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success()),
        }
    }
}

/// Whether a cluster under `folder` can be run by the account that a new one would belong to.
pub fn can_reach(folder: &Path) -> bool {
    !Uid::effective().is_root() || Account::unprivileged().is_ok_and(|account| account.can_enter(folder))
}
