//! PostgreSQL's programs, and the account that they run as.

use std::env;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, anyhow};
use nix::unistd::{Uid, User};

/// In this order: the account of the distribution's package, then the one that is everywhere.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];
/// The services need version 14; the folders of the packages are named by the version.
const MAJORS: std::ops::RangeInclusive<u32> = 14..=99;

/// Where `initdb` and `postgres` are, and whom they run as.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    /// PostgreSQL refuses root, so root hands over to somebody else.
    account: Option<User>,
}

impl Programs {
    pub(crate) fn find() -> anyhow::Result<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let packages = MAJORS.rev().flat_map(|major| {
            [
                format!("/usr/lib/postgresql/{major}/bin"),
                format!("/opt/homebrew/opt/postgresql@{major}/bin"),
                format!("/usr/local/opt/postgresql@{major}/bin"),
            ]
        });
        let folder = env::split_paths(&path)
            .chain(packages.map(PathBuf::from))
            .find(|folder| ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file()))
            .context(
                "no PostgreSQL found: install the distribution's package (apt-get install postgresql)",
            )?;
        let account = if Uid::effective().is_root() { Some(unprivileged()?) } else { None };
        Ok(Self { folder, account })
    }

    /// One of the programs, without a terminal and out of reach of its Ctrl-C.
    pub(crate) fn command(&self, program: &str) -> Command {
        // Clients are packaged apart from the server; where they are not beside it they are on the path.
        let beside = self.folder.join(program);
        let mut command = Command::new(if beside.is_file() { beside } else { program.into() });
        command.stdin(Stdio::null()).process_group(0).current_dir("/");
        if let Some(account) = &self.account {
            command.uid(account.uid.as_raw()).gid(account.gid.as_raw());
        }
        command
    }

    /// Gives what we made to the account.
    pub(crate) fn own(&self, path: &Path) -> anyhow::Result<()> {
        let Some(account) = &self.account else { return Ok(()) };
        chown(path, Some(account.uid.as_raw()), Some(account.gid.as_raw()))
            .with_context(|| format!("cannot give {} to {}", path.display(), account.name))
    }
}

fn unprivileged() -> anyhow::Result<User> {
    for name in UNPRIVILEGED {
        if let Some(user) =
            User::from_name(name).with_context(|| format!("cannot look up the account {name}"))?
        {
            return Ok(user);
        }
    }
    Err(anyhow!("PostgreSQL does not run as root, and there is no account {}", UNPRIVILEGED.join(" or ")))
}
