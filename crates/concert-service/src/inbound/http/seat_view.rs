use std::sync::{Arc, OnceLock};

use actix_web::http::header::EntityTag;
use actix_web::web::Bytes;
use anyhow::Context as _;
use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contracts::concert::{SeatMapBody, SeatStatusBody};
use domain::concert::{SeatCount, SeatMap};
use domain::shared::ScheduleId;

/// A seat map and its answers, each written out when it is first asked for: ten thousand seats are 1.5 MB of JSON,
/// which all who ask for the same share.
pub struct SeatView {
    map: Arc<SeatMap>,
    all: OnceLock<Written>,
    available: OnceLock<Written>,
    held: OnceLock<Written>,
    sold: OnceLock<Written>,
    blocked: OnceLock<Written>,
}

type Written = Result<Rendered, String>;

/// An answer as it goes out.
#[derive(Clone)]
pub struct Rendered {
    pub body: Bytes,
    /// Strong: a digest of the filter and the body. The version alone would not do, since it can stand still while
    /// seats change.
    pub tag: EntityTag,
}

impl SeatView {
    pub fn of(map: Arc<SeatMap>) -> Self {
        let none = OnceLock::new;
        Self { map, all: none(), available: none(), held: none(), sold: none(), blocked: none() }
    }

    pub fn map(&self) -> &SeatMap {
        &self.map
    }

    pub fn count(&self) -> SeatCount {
        self.map.count()
    }

    /// The seats, or those with one status.
    pub fn rendered(&self, schedule: ScheduleId, status: Option<SeatStatusBody>) -> anyhow::Result<Rendered> {
        let kept = match status {
            None => &self.all,
            Some(SeatStatusBody::Available) => &self.available,
            Some(SeatStatusBody::Held) => &self.held,
            Some(SeatStatusBody::Sold) => &self.sold,
            Some(SeatStatusBody::Blocked) => &self.blocked,
        };
        // Whoever comes meanwhile waits the few milliseconds: writing it once more would take as long.
        let rendered =
            kept.get_or_init(|| render(schedule, &self.map, status).map_err(|error| format!("{error:#}")));
        rendered.clone().map_err(anyhow::Error::msg)
    }
}

fn render(schedule: ScheduleId, map: &SeatMap, status: Option<SeatStatusBody>) -> anyhow::Result<Rendered> {
    let body =
        serde_json::to_vec(&SeatMapBody::of(schedule, map, status)).context("a seat map that is no JSON")?;
    let mut hash = Context::new(&SHA256);
    hash.update(format!("{status:?}\n").as_bytes());
    hash.update(&body);
    let tag = URL_SAFE_NO_PAD.encode(hash.finish());
    Ok(Rendered { body: body.into(), tag: EntityTag::new_strong(tag) })
}
