use serde::Deserialize;
use uuid::Uuid;

/// `config/default.toml` says what each is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConcertSettings {
    pub main_queue_id: Uuid,
    pub seat_map_max_age_ms: u64,
}
