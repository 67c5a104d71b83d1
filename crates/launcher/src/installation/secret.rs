//! Files that are made once, whole, and are nobody else's business.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use tempfile::NamedTempFile;

/// A folder of secrets.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn open(path: PathBuf) -> anyhow::Result<Self> {
        if !path.is_dir() {
            DirBuilder::new()
                .mode(0o700)
                .recursive(true)
                .create(&path)
                .with_context(|| format!("cannot create {}", path.display()))?;
        }
        Ok(Self { path })
    }

    /// The text of the file `name`; where it is missing, `create` says what it shall be.
    pub(super) fn read_or_create(
        &self,
        name: &str,
        create: impl FnOnce() -> anyhow::Result<String>,
    ) -> anyhow::Result<String> {
        if let Some(text) = self.read(name)? {
            return Ok(text);
        }
        let text = create().with_context(|| format!("cannot make up {name}"))?.trim().to_owned();
        let cannot_write = || format!("cannot write {}", self.path.join(name).display());
        // A temporary file has mode 0600 from the beginning.
        let mut file = NamedTempFile::new_in(&self.path).with_context(cannot_write)?;
        writeln!(file, "{text}").with_context(cannot_write)?;
        file.as_file().sync_all().with_context(cannot_write)?;
        match file.persist_noclobber(self.path.join(name)) {
            Ok(_file) => Ok(text),
            // Another process was faster; its secret is the installation's.
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
                self.read(name)?.with_context(|| format!("{} came and went", self.path.join(name).display()))
            }
            Err(error) => Err(error.error).with_context(cannot_write),
        }
    }

    /// The text of the file `name`, if there is one.
    pub(super) fn read(&self, name: &str) -> anyhow::Result<Option<String>> {
        let path = self.path.join(name);
        match fs::read_to_string(&path) {
            Ok(text) if text.trim().is_empty() => {
                Err(anyhow!("{} is empty: remove it or restore it", path.display()))
            }
            // The line break that ends the file is none of the secret's, here and where it was put by hand.
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }
}

/// `BYTES` bytes of the system's randomness.
pub(crate) fn random_hex<const BYTES: usize>() -> anyhow::Result<String> {
    let mut bytes = [0; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).context("the system gives no random numbers")?;
    Ok(hex(&bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String can not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
