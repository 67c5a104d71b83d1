//! A cluster that somebody else runs, to be asked and left alone.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use service_kit::postgres::provision;
use tokio::time::timeout;

use super::DATABASE;
use super::leftover::recorded;
use super::postmaster::{POLL, superuser_url};

/// Whoever runs it may only just be starting it.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);

/// The superuser's URL of the cluster's database, once it answers.
pub async fn running(data_dir: &Path, superuser_password: &str) -> anyhow::Result<String> {
    let mut last = anyhow!("no process is recorded in {}", data_dir.display());
    let answered = async {
        let mut poll = tokio::time::interval(POLL);
        loop {
            poll.tick().await;
            let Some((_, Some(port))) = recorded(data_dir) else { continue };
            let url = superuser_url(port, superuser_password, DATABASE);
            match provision::connect(&url).await {
                Ok(_connection) => return url,
                Err(error) => last = error,
            }
        }
    };
    let answered = timeout(ANSWER_DEADLINE, answered).await;
    match answered {
        Ok(url) => Ok(url),
        Err(_elapsed) => {
            Err(last).with_context(|| format!("no answer within {} s", ANSWER_DEADLINE.as_secs()))
        }
    }
}
