use serde::Deserialize;
use service_kit::settings::{Secret, Secrets};

/// `config/default.toml` says what each is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalletSettings {
    pub access_key: Secret,
    pub previous_access_keys: Secrets,
    pub access_token_ttl_seconds: u32,
    pub recovery_interval_ms: u64,
}
