use std::time::Duration;

use anyhow::ensure;
use serde::Deserialize;
use service_kit::streams::StreamLimits;
use uuid::Uuid;

use crate::inbound::http::Pace;

/// `config/default.toml` says what each is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConcertSettings {
    pub main_queue_id: Uuid,
    pub seat_map_interval_ms: u64,
    pub seat_map_idle_ms: u64,
    pub seat_map_max_age_ms: u64,
    pub seat_streams: usize,
    pub seat_streams_per_user: usize,
    pub seat_stream_heartbeat_ms: u64,
}

impl ConcertSettings {
    pub(crate) fn pace(&self) -> anyhow::Result<Pace> {
        Ok(Pace {
            interval: positive("SEAT_MAP_INTERVAL_MS", self.seat_map_interval_ms)?,
            idle: Duration::from_millis(self.seat_map_idle_ms),
            max_age: positive("SEAT_MAP_MAX_AGE_MS", self.seat_map_max_age_ms)?,
        })
    }

    pub(crate) fn heartbeat(&self) -> anyhow::Result<Duration> {
        positive("SEAT_STREAM_HEARTBEAT_MS", self.seat_stream_heartbeat_ms)
    }

    pub(crate) const fn stream_limits(&self) -> StreamLimits {
        StreamLimits { altogether: self.seat_streams, per_holder: self.seat_streams_per_user }
    }
}

fn positive(name: &str, millis: u64) -> anyhow::Result<Duration> {
    ensure!(millis > 0, "unusable setting BOXOFFICE__CONCERT__{name}: must be at least 1");
    Ok(Duration::from_millis(millis))
}
