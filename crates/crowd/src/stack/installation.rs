//! What an operator does before the four processes can start: `boxoffice migrate`, and a token.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use tokio::process::Command;

use super::service::Service;

/// The `boxoffice` command on one data folder and one database.
#[derive(Clone, Debug)]
pub struct Installation {
    boxoffice: PathBuf,
    data_dir: PathBuf,
    /// `None`: the private cluster that `boxoffice` keeps in the data folder.
    database_url: Option<String>,
}

impl Installation {
    pub fn new(binaries: &Path, data_dir: PathBuf, database_url: Option<String>) -> Self {
        Self { boxoffice: binaries.join("boxoffice"), data_dir, database_url }
    }

    /// The administrator's connection.
    pub fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref()
    }

    /// The private cluster's files.
    pub fn cluster(&self) -> PathBuf {
        self.data_dir.join("postgres")
    }

    /// Runs a subcommand; what it prints.
    async fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.command(arguments).output().await;
        let output = output.with_context(|| format!("cannot run {}", self.boxoffice.display()))?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "boxoffice {} failed: {}", arguments.join(" "), complaint.trim());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// A subcommand, not yet run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.boxoffice);
        command.arg("--data-dir").arg(&self.data_dir).args(arguments);
        match &self.database_url {
            Some(url) => command.env("DATABASE_URL", url),
            None => command.env_remove("DATABASE_URL"),
        };
        command.kill_on_drop(true);
        command
    }

    /// Makes roles, schemas and tables, and the environments of the services.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        self.run(&["migrate"]).await.map(drop)
    }

    /// An operator's access token.
    pub async fn operator_token(&self) -> anyhow::Result<String> {
        Ok(self.run(&["token", "--role", "operator"]).await?.trim().to_owned())
    }

    /// What `migrate` wrote for a service: `NAME=value` a line.
    pub fn environment(&self, service: Service) -> anyhow::Result<Vec<(String, String)>> {
        let file = self.data_dir.join("services").join(format!("{}.env", service.binary()));
        let text = std::fs::read_to_string(&file);
        let text = text.with_context(|| format!("cannot read {}", file.display()))?;
        let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        text.lines()
            .map(|line| pair(line).with_context(|| format!("{} is no environment", file.display())))
            .collect()
    }
}
