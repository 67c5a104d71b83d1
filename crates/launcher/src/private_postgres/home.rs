//! Where a cluster's files are, when the folder asked for can not be entered by PostgreSQL's account.
//!
//! A checkout under `/root` (mode 0700) is common in containers. There a new cluster goes under `/var/lib/boxoffice`,
//! and the folder asked for becomes a symbolic link to it: one sees where the data is, and a moved or copied
//! installation still finds it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::account::Account;
use crate::installation::random_hex;

const REACHABLE: &str = "/var/lib/boxoffice";
/// Enough that no two installations of a machine meet.
const NAME_BYTES: usize = 8;

/// Where the cluster is, or is to be created.
pub(super) struct Home {
    /// The cluster's folder, symbolic links resolved.
    pub(super) folder: PathBuf,
    /// To be made when the cluster exists, and not before: a link to nothing means lost data.
    link: Option<PathBuf>,
}

impl Home {
    pub(super) fn find(data_dir: &Path, account: &Account) -> anyhow::Result<Self> {
        let parent = data_dir.parent().context("the folder of the private PostgreSQL has no parent")?;
        fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
        let parent = parent.canonicalize().with_context(|| format!("cannot read {}", parent.display()))?;
        let name = data_dir.file_name().context("the folder of the private PostgreSQL has no name")?;
        let asked = parent.join(name);

        if asked.exists() {
            return Self::existing(&asked, account);
        }
        if let Ok(target) = fs::read_link(&asked) {
            return Err(anyhow!(
                "{} leads to {}, which is gone: restore that folder, or remove the link to begin with nothing",
                asked.display(),
                target.display()
            ));
        }
        if account.can_enter(&parent) {
            return Ok(Self { folder: asked, link: None });
        }
        let folder = reachable_folder(account).with_context(|| unreachable(&parent))?;
        Ok(Self { folder, link: Some(asked) })
    }

    fn existing(asked: &Path, account: &Account) -> anyhow::Result<Self> {
        let folder = asked.canonicalize().with_context(|| format!("cannot read {}", asked.display()))?;
        if account.can_enter(&folder) {
            Ok(Self { folder, link: None })
        } else {
            Err(anyhow!(unreachable(&folder)))
        }
    }

    /// The cluster is complete: lead the folder asked for to it.
    pub(super) fn settle(&self) -> anyhow::Result<()> {
        match &self.link {
            None => Ok(()),
            Some(link) => symlink(&self.folder, link)
                .with_context(|| format!("cannot link {} to {}", link.display(), self.folder.display())),
        }
    }

    /// Whether the cluster had to go elsewhere than asked.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.link.is_some()
    }
}

fn reachable_folder(account: &Account) -> anyhow::Result<PathBuf> {
    let parent = Path::new(REACHABLE);
    if !parent.exists() {
        fs::create_dir_all(parent).with_context(|| format!("cannot create {REACHABLE}"))?;
        fs::set_permissions(parent, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot open {REACHABLE} to PostgreSQL's account"))?;
    }
    if account.can_enter(parent) {
        Ok(parent.join(random_hex::<NAME_BYTES>()?))
    } else {
        Err(anyhow!("{REACHABLE} can not be entered by it either"))
    }
}

fn unreachable(folder: &Path) -> String {
    format!(
        "PostgreSQL does not run as root, and its account can not enter {}: set BOXOFFICE__DATA_DIR to a folder that \
         other accounts may pass through",
        folder.display()
    )
}
