//! `<binary> healthcheck`: asks the process that runs under the same settings whether it is ready, be it to stand by. An
//! image that holds nothing but the binary has no other way to ask.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::client;
use crate::settings::HttpSettings;

/// A process that takes longer to say that it is ready is not.
const DEADLINE: Duration = Duration::from_secs(2);

/// Whether that is what this process was started for.
pub fn asked() -> bool {
    std::env::args().nth(1).as_deref() == Some("healthcheck")
}

/// An error: it is not ready, and why.
pub async fn run(settings: &HttpSettings) -> anyhow::Result<()> {
    let url = format!("http://{}/readyz?standby=ok", authority(settings));
    let answer =
        client::build(DEADLINE)?.get(&url).send().await.with_context(|| format!("{url}: no answer"))?;
    ensure!(answer.status().is_success(), "{url}: {}", answer.status());
    Ok(())
}

/// Where to ask. What listens on every address is asked over loopback.
fn authority(settings: &HttpSettings) -> String {
    match settings.host.parse::<IpAddr>() {
        Ok(IpAddr::V4(host)) if host.is_unspecified() => {
            SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port)).to_string()
        }
        Ok(IpAddr::V6(host)) if host.is_unspecified() => {
            SocketAddr::from((Ipv6Addr::LOCALHOST, settings.port)).to_string()
        }
        Ok(host) => SocketAddr::from((host, settings.port)).to_string(),
        Err(_name) => format!("{}:{}", settings.host, settings.port),
    }
}
