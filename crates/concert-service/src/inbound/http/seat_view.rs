use std::sync::{Arc, OnceLock};

use actix_web::http::header::EntityTag;
use actix_web::web::Bytes;
use anyhow::Context as _;
use contracts::concert::{SeatMapBody, SeatStatusBody, SeatsEventBody};
use domain::concert::{SeatCount, SeatMap};
use domain::shared::ScheduleId;

use super::seat_events::Frame;

/// A seat map and its answers, each written out when it is first asked for: ten thousand seats are 1.5 MB of JSON,
/// which all who ask for the same share.
pub struct SeatView {
    schedule: ScheduleId,
    map: Arc<SeatMap>,
    count: OnceLock<SeatCount>,
    all: OnceLock<Written<Bytes>>,
    available: OnceLock<Written<Bytes>>,
    held: OnceLock<Written<Bytes>>,
    sold: OnceLock<Written<Bytes>>,
    blocked: OnceLock<Written<Bytes>>,
    snapshot: OnceLock<Written<Arc<Frame>>>,
}

type Written<T> = Result<T, String>;

impl SeatView {
    pub fn of(schedule: ScheduleId, map: Arc<SeatMap>) -> Self {
        Self {
            schedule,
            map,
            count: OnceLock::new(),
            all: OnceLock::new(),
            available: OnceLock::new(),
            held: OnceLock::new(),
            sold: OnceLock::new(),
            blocked: OnceLock::new(),
            snapshot: OnceLock::new(),
        }
    }

    pub fn map(&self) -> &SeatMap {
        &self.map
    }

    pub fn version(&self) -> i64 {
        self.map.version()
    }

    pub fn count(&self) -> SeatCount {
        *self.count.get_or_init(|| self.map.count())
    }

    /// Strong: one version of one performance, or the part of it with one status, is written out in one way.
    pub fn tag(&self, status: Option<SeatStatusBody>) -> EntityTag {
        let version = self.version();
        EntityTag::new_strong(match status {
            None => version.to_string(),
            Some(SeatStatusBody::Available) => format!("{version}-available"),
            Some(SeatStatusBody::Held) => format!("{version}-held"),
            Some(SeatStatusBody::Sold) => format!("{version}-sold"),
            Some(SeatStatusBody::Blocked) => format!("{version}-blocked"),
        })
    }

    /// The seats, or those with one status.
    pub fn body(&self, status: Option<SeatStatusBody>) -> anyhow::Result<Bytes> {
        let kept = match status {
            None => &self.all,
            Some(SeatStatusBody::Available) => &self.available,
            Some(SeatStatusBody::Held) => &self.held,
            Some(SeatStatusBody::Sold) => &self.sold,
            Some(SeatStatusBody::Blocked) => &self.blocked,
        };
        written(kept, || {
            let body = SeatMapBody::of(self.schedule, &self.map, status);
            Ok(serde_json::to_vec(&body).context("a seat map that is no JSON")?.into())
        })
    }

    /// Every seat, as a stream begins with it.
    pub fn snapshot(&self) -> anyhow::Result<Arc<Frame>> {
        written(&self.snapshot, || Ok(Arc::new(Frame::seats(&SeatsEventBody::snapshot(&self.map))?)))
    }
}

/// Whoever comes while it is being written waits the few milliseconds: writing it once more would take as long.
fn written<T: Clone>(
    kept: &OnceLock<Written<T>>,
    write: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    kept.get_or_init(|| write().map_err(|error| format!("{error:#}"))).clone().map_err(anyhow::Error::msg)
}
