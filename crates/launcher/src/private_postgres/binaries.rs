//! Where PostgreSQL's programs are.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use tokio::process::Command;

/// `client_connection_check_interval`, which ends the work of a caller that hung up, came with version 14.
const OLDEST_MAJOR: u32 = 14;
/// One release a year keeps this far off; the folders are named by it.
const NEWEST_MAJOR: u32 = 99;

/// The folders that are looked through, best first.
#[derive(Clone, Debug)]
pub struct Search {
    folders: Vec<PathBuf>,
}

/// One complete set of programs.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

impl Search {
    /// Whatever is on `PATH`, then the newest that Debian's packages or Homebrew installed.
    pub fn of_this_machine() -> Self {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> =
            env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
        for major in (OLDEST_MAJOR..=NEWEST_MAJOR).rev() {
            folders.push(format!("/usr/lib/postgresql/{major}/bin").into());
            folders.push(format!("/opt/homebrew/opt/postgresql@{major}/bin").into());
            folders.push(format!("/usr/local/opt/postgresql@{major}/bin").into());
        }
        Self { folders }
    }

    /// Only these folders.
    pub fn in_folders(folders: Vec<PathBuf>) -> Self {
        Self { folders }
    }

    /// Every usable set, best first; never empty.
    pub(super) async fn find(&self) -> anyhow::Result<Vec<Programs>> {
        let mut usable: Vec<Programs> = Vec::new();
        let mut too_old = None;
        for folder in self.folders.iter().filter(|folder| is_complete(folder)) {
            match major_of(&folder.join("postgres")).await? {
                major if major >= OLDEST_MAJOR => usable.push(Programs { folder: folder.clone(), major }),
                major => too_old = Some(major),
            }
        }
        if usable.is_empty() {
            let found = too_old
                .map(|major| {
                    format!(" (PostgreSQL {major} is there, but {OLDEST_MAJOR} is the oldest that serves)")
                })
                .unwrap_or_default();
            return Err(anyhow!(
                "no PostgreSQL found{found}; there are three ways out: install the distribution's package \
                 (`apt-get install postgresql`), or set DATABASE_URL to a running server, or keep nothing at all \
                 with `boxoffice up --in-memory`"
            ));
        }
        Ok(usable)
    }
}

fn is_complete(folder: &Path) -> bool {
    ["postgres", "initdb"].iter().all(|program| folder.join(program).is_file())
}

async fn major_of(postgres: &Path) -> anyhow::Result<u32> {
    let output = Command::new(postgres)
        .arg("--version")
        .output()
        .await
        .with_context(|| format!("cannot run {}", postgres.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    parse_major(&text).with_context(|| format!("{} --version says {:?}", postgres.display(), text.trim()))
}

/// "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", "… 18beta1".
fn parse_major(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL) ")?.1;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_releases_and_betas() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(parse_major("something else 3"), None);
    }
}
