//! Which database is audited.

use std::path::Path;

use anyhow::{Context, bail};

use crate::installation::{Installation, Lock};
use crate::private_postgres::{self, Durability, Options, PrivatePostgres, Search};

/// A database that can be asked.
pub(super) struct Target {
    pub(super) admin_url: String,
    /// Where it was we who started it: it stops with us, and nobody else starts it meanwhile.
    started: Option<(PrivatePostgres, Lock)>,
}

impl Target {
    /// `DATABASE_URL`, where it is set; else the installation's own cluster, running or not.
    pub(super) async fn find(data_dir: &Path, database_url: Option<String>) -> anyhow::Result<Self> {
        if let Some(admin_url) = database_url {
            return Ok(Self { admin_url, started: None });
        }
        // Looked for by name: to open an installation that is not there would make one.
        if !data_dir.join("postgres").exists() || !data_dir.join("keys").exists() {
            bail!(
                "there is no database in {}: set DATABASE_URL, or BOXOFFICE__DATA_DIR to the folder of an installation \
                 that `boxoffice up` has made (one in memory keeps nothing that could be audited)",
                data_dir.display()
            );
        }
        let installation = Installation::open(data_dir)?;
        match installation.lock() {
            Ok(lock) => Self::start(&installation, lock).await,
            Err(in_use) => Self::join(&installation).await.map_err(|error| error.context(in_use)),
        }
    }

    /// Nobody uses the installation: its cluster is started for as long as this takes.
    async fn start(installation: &Installation, lock: Lock) -> anyhow::Result<Self> {
        let options = Options {
            data_dir: installation.postgres_dir(),
            durability: Durability::Durable,
            superuser_password: installation.superuser_password().to_owned(),
            search: Search::of_this_machine(),
            progress: &|what| eprintln!("boxoffice: {what}"),
        };
        let postgres = PrivatePostgres::start(options).await?;
        Ok(Self { admin_url: postgres.url(), started: Some((postgres, lock)) })
    }

    /// `boxoffice up` runs, and with it the cluster.
    async fn join(installation: &Installation) -> anyhow::Result<Self> {
        let running =
            private_postgres::running(&installation.postgres_dir(), installation.superuser_password()).await;
        let admin_url = running.context(
            "its private PostgreSQL does not answer; where it uses a database of its own, set DATABASE_URL to that",
        )?;
        Ok(Self { admin_url, started: None })
    }

    /// Leaves everything as it was found.
    pub(super) async fn leave(self) -> anyhow::Result<()> {
        match self.started {
            Some((postgres, _lock)) => postgres.stop().await,
            None => Ok(()),
        }
    }
}
