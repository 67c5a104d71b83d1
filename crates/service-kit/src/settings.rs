//! Settings: defaults embedded in the binary, then a file, then the environment.

mod load;
mod secret;

use serde::Deserialize;

pub use load::{Sources, load, load_shared};
pub use secret::{Secret, Secrets};

/// Everything one service is set by: the shared sections and its own.
#[derive(Clone, Debug)]
pub struct Settings<S> {
    pub shared: Shared,
    pub service: S,
}

/// The sections that every service has; `config/default.toml` says what each setting is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    pub http: HttpSettings,
    pub database: DatabaseSettings,
    pub auth: AuthSettings,
    pub peers: PeerSettings,
    pub telemetry: TelemetrySettings,
    pub jobs: JobSettings,
    pub audit: AuditSettings,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    pub host: String,
    pub port: u16,
    pub active_port: u16,
    pub workers: usize,
    pub rate_limit_per_second: u32,
    pub user_rate_limit_per_second: u32,
    pub trusted_proxy_hops: usize,
    pub max_body_bytes: usize,
    pub body_timeout_ms: u64,
    pub head_timeout_ms: u64,
    pub max_connections: usize,
    pub shutdown_seconds: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    pub url: Secret,
    pub pool_size: u32,
    pub acquire_timeout_ms: u64,
    pub max_wait_ms: u64,
    pub lock_timeout_ms: u64,
    pub idle_in_transaction_timeout_ms: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthSettings {
    pub openid_jwks_url: String,
    pub openid_issuer: String,
    pub openid_audience: String,
    pub service_secret: Secret,
    pub accepted_services: AcceptedDigests,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedDigests {
    pub queue: String,
    pub concert: String,
    pub reservation: String,
    pub wallet: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerSettings {
    pub queue: String,
    pub concert: String,
    pub reservation: String,
    pub wallet: String,
    pub deadline_ms: u64,
    pub attempts: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetrySettings {
    pub level: String,
    pub format: LogFormat,
    pub otlp_endpoint: String,
    pub traces_sample_ratio: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobSettings {
    pub enabled: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditSettings {
    pub interval_ms: u64,
    pub statement_timeout_ms: u64,
}
