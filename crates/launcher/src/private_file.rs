//! Files that hold secrets.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use anyhow::Context;

/// Writes a file that its owner alone may read; whatever was in it is gone.
pub fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(file, "")
        .and_then(|()| fs::set_permissions(file, fs::Permissions::from_mode(0o600)))
        .and_then(|()| fs::write(file, text))
        .with_context(|| format!("cannot write {}", file.display()))
}

/// A folder that its owner alone may enter; one that is there, a volume perhaps, stays as it is.
pub fn folder(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .mode(0o700)
        .recursive(true)
        .create(path)
        .with_context(|| format!("cannot create {}", path.display()))
}
