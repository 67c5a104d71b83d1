//! The HTTP client of the services.

use std::time::Duration;

use anyhow::Context;

/// actix closes an idle connection after 5 s; a client that keeps it longer writes into a closed one.
const POOL_IDLE: Duration = Duration::from_secs(3);
/// Between our own machines; a connection that takes longer will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// A client that never waits without end; `deadline` is that of a whole call.
pub fn build(deadline: Duration) -> anyhow::Result<reqwest::Client> {
    reqwest::Client::builder()
        .timeout(deadline)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .context("cannot build the HTTP client")
}
