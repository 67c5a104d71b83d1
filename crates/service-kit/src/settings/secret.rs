use std::fmt;

use anyhow::Context;
use serde::Deserialize;

/// A value that is never printed: given as it is, or as `file:/path` to where it stands.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value itself, read from its file if it names one.
    pub fn reveal(&self) -> anyhow::Result<String> {
        match self.0.strip_prefix("file:") {
            None => Ok(self.0.clone()),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the secret file {path}"))?;
                Ok(text.trim_end().to_owned())
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "Secret(none)" } else { "Secret(…)" })
    }
}
