use serde::Deserialize;
use service_kit::settings::Secret;

/// `config/default.toml` says what each is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReservationSettings {
    pub hold_ttl_seconds: u32,
    pub max_seats_per_user: u32,
    pub ticket_key: Secret,
    pub sweep_interval_ms: u64,
    pub outbox_interval_ms: u64,
    pub recovery_interval_ms: u64,
}
