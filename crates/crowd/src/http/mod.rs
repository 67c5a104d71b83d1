//! Asking a service something over HTTP, and what can come of it.

mod ask;
mod insist;

use std::time::Duration;

use anyhow::Context;

pub use ask::{Ask, Outcome, Reply};
pub use insist::{Curtain, GaveUp, Manners, Phase, Resolved, Tally};

use crate::stack::Each;

/// actix closes an idle connection after 5 s; a client that keeps it longer writes into a closed one.
const POOL_IDLE: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Calls the services at their doors.
#[derive(Clone, Debug)]
pub struct Caller {
    client: reqwest::Client,
    doors: Each<String>,
}

impl Caller {
    /// `deadline` is how long a fan waits for one answer.
    pub fn new(doors: Each<String>, deadline: Duration) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(deadline)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(POOL_IDLE)
            .build()
            .context("cannot build the HTTP client")?;
        Ok(Self { client, doors })
    }

    /// Asks once.
    pub async fn ask(&self, ask: &Ask) -> Outcome {
        ask.send(&self.client, self.doors.get(ask.service)).await
    }

    /// Asks once and hangs up `after` so long, if there is no answer by then.
    pub async fn ask_and_hang_up(&self, ask: &Ask, after: Duration) -> Outcome {
        let asked = tokio::time::timeout(after, self.ask(ask)).await;
        asked.unwrap_or_else(|_hung_up| Outcome::Lost("the fan hung up".to_owned()))
    }
}
