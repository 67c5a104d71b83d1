use serde::Deserialize;
use uuid::Uuid;

/// `config/default.toml` says what each setting is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacadeSettings {
    pub main_queue_id: Uuid,
    pub utc_offset_minutes: i32,
    pub deadline_ms: u64,
}
