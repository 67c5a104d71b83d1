//! What PostgreSQL has to say, kept for the run and the one before it.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// A failed start explains itself in fewer lines than this.
const TAIL_LINES: usize = 12;

/// `postgres.log` beside the cluster's folder.
#[derive(Clone, Debug)]
pub(super) struct Log {
    path: PathBuf,
}

impl Log {
    pub(super) fn beside(data_dir: &Path) -> Self {
        Self { path: data_dir.with_extension("log") }
    }

    /// Keeps the log of the run before as `postgres.log.1`.
    pub(super) fn set_aside(&self) -> anyhow::Result<()> {
        if !self.path.exists() {
            return Ok(());
        }
        fs::rename(&self.path, self.path.with_extension("log.1"))
            .with_context(|| format!("cannot put {} aside", self.path.display()))
    }

    /// An empty log. Nobody else may read it: failed statements are quoted in it.
    pub(super) fn begin(&self) -> anyhow::Result<File> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path);
        file.and_then(|file| file.set_len(0).map(|()| file))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// The last lines on one line, for an error message.
    pub(super) fn tail(&self) -> String {
        let bytes = fs::read(&self.path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let tail = lines.iter().skip(lines.len().saturating_sub(TAIL_LINES)).copied().collect::<Vec<_>>();
        format!("the end of {} is: {}", self.path.display(), tail.join(" | "))
    }
}
