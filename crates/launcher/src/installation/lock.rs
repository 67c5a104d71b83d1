//! One `boxoffice up` per data folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use anyhow::{Context, anyhow};

/// Held while the folder is in use. The kernel lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    pub(super) fn take(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(anyhow!(
                "another boxoffice is running on {}: stop that one, or set BOXOFFICE__DATA_DIR to another folder",
                data_dir.display()
            )),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }
}
