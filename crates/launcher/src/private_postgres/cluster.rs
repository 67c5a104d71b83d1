//! The files of a cluster: created whole or not at all.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use tempfile::NamedTempFile;
use tokio::process::Command;

use super::account::Account;
use super::binaries::Programs;
use super::home::Home;
use super::{Durability, Options, SUPERUSER};

/// An existing cluster, and the programs of its version.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) folder: PathBuf,
    pub(super) programs: Programs,
}

impl Cluster {
    pub(super) async fn open_or_create(
        options: &Options<'_>,
        installed: &[Programs],
        account: &Account,
    ) -> anyhow::Result<Self> {
        let home = Home::find(&options.data_dir, account)?;
        let marker = home.folder.join("PG_VERSION");
        if marker.try_exists().with_context(|| format!("cannot look into {}", home.folder.display()))? {
            return Self::open(home.folder, &marker, installed);
        }
        let programs = installed.first().context("no PostgreSQL found")?.clone();
        (options.progress)(&format!(
            "creating a private PostgreSQL {} in {}",
            programs.major,
            home.folder.display()
        ));
        if home.is_elsewhere() {
            (options.progress)(&format!(
                "({} is closed to PostgreSQL's account; a link there leads to it)",
                options.data_dir.display()
            ));
        }
        create(options, &programs, account, &home.folder).await?;
        home.settle()?;
        Ok(Self { folder: home.folder, programs })
    }

    /// A cluster's files are readable by its own major version only.
    fn open(folder: PathBuf, marker: &Path, installed: &[Programs]) -> anyhow::Result<Self> {
        let version =
            fs::read_to_string(marker).with_context(|| format!("cannot read {}", marker.display()))?;
        let major: u32 =
            version.trim().parse().with_context(|| format!("{} is damaged", marker.display()))?;
        match installed.iter().find(|programs| programs.major == major) {
            Some(programs) => Ok(Self { folder, programs: programs.clone() }),
            None => Err(anyhow!(
                "the private PostgreSQL in {} was created by version {major}, which is not installed any more: install \
                 it again (`apt-get install postgresql-{major}`), or set BOXOFFICE__DATA_DIR to a new folder",
                folder.display()
            )),
        }
    }
}

/// `initdb` works in a folder beside the final one, so that an interrupted one is never taken for a cluster.
async fn create(
    options: &Options<'_>,
    programs: &Programs,
    account: &Account,
    folder: &Path,
) -> anyhow::Result<()> {
    let partial = folder.with_extension("partial");
    if partial.exists() {
        fs::remove_dir_all(&partial).with_context(|| format!("cannot remove {}", partial.display()))?;
    }
    fs::create_dir(&partial).with_context(|| format!("cannot create {}", partial.display()))?;
    fs::set_permissions(&partial, fs::Permissions::from_mode(0o700))
        .with_context(|| format!("cannot close {}", partial.display()))?;
    account.own(&partial)?;

    // initdb reads the password as the account it runs as; the file goes when this function ends, however it ends.
    let parent = folder.parent().context("the folder of the private PostgreSQL has no parent")?;
    let mut password =
        NamedTempFile::new_in(parent).with_context(|| format!("cannot write into {}", parent.display()))?;
    writeln!(password, "{}", options.superuser_password).context("cannot write the superuser's password")?;
    account.own(password.path())?;

    let mut initdb = account.command(&programs.folder.join("initdb"));
    initdb
        .arg("--pgdata")
        .arg(&partial)
        .arg("--pwfile")
        .arg(password.path())
        .args(["--username", SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8"])
        // Byte order: the same on every machine, and an index outlives an upgrade of the C library.
        .arg(format!("--locale={}", locale().await));
    match options.durability {
        Durability::Durable => initdb.arg("--data-checksums"),
        Durability::Volatile => initdb.arg("--no-sync"),
    };
    let output = Command::from(initdb)
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("cannot run initdb of {}", programs.folder.display()))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " | ");
        return Err(anyhow!("initdb could not create a cluster in {}: {reason}", partial.display()));
    }
    fs::rename(&partial, folder)
        .with_context(|| format!("cannot move the new cluster to {}", folder.display()))
}

/// `C.UTF-8` also knows letters beyond ASCII; where it is missing `C` sorts the same.
async fn locale() -> &'static str {
    let listed =
        Command::new("locale").arg("-a").output().await.map(|output| output.stdout).unwrap_or_default();
    let known = String::from_utf8_lossy(&listed)
        .lines()
        .any(|name| matches!(name.to_ascii_lowercase().as_str(), "c.utf8" | "c.utf-8"));
    if known { "C.UTF-8" } else { "C" }
}
