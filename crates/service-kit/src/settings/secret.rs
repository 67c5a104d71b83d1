use std::fmt;

use anyhow::Context;
use serde::{Deserialize, Deserializer};

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

/// Any number of secrets: a list in a file; the environment has only a text, which is one of them, or none.
#[derive(Clone, Default, Debug)]
pub struct Secrets(Vec<Secret>);

impl Secrets {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values themselves, as of [`Secret::reveal`].
    pub fn reveal(&self) -> anyhow::Result<Vec<String>> {
        self.0.iter().map(Secret::reveal).collect()
    }
}

impl FromIterator<Secret> for Secrets {
    fn from_iter<I: IntoIterator<Item = Secret>>(secrets: I) -> Self {
        Self(secrets.into_iter().filter(|secret| !secret.is_empty()).collect())
    }
}

impl<'de> Deserialize<'de> for Secrets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Given {
            One(Secret),
            Many(Vec<Secret>),
        }
        Ok(match Given::deserialize(deserializer)? {
            Given::One(secret) => Self::from_iter([secret]),
            Given::Many(secrets) => Self::from_iter(secrets),
        })
    }
}
