use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use domain::concert::SeatMaps;
use domain::shared::{ScheduleId, Unavailable};
use tokio::sync::Mutex;

use super::seat_view::SeatView;

/// The seat maps that requests look at. Those that come together share one look at the inventory, and its failure too,
/// so that neither a crowd nor an outage multiplies what the inventory is asked.
pub struct LiveSeats {
    maps: SeatMaps,
    /// How old a look may be when a request comes.
    max_age: Duration,
    performances: RwLock<HashMap<ScheduleId, Arc<Performance>>>,
}

#[derive(Default)]
struct Performance {
    latest: RwLock<Option<Look>>,
    /// Held by the one request that looks; the failure of the look before, if it failed.
    looking: Mutex<Option<Failure>>,
}

#[derive(Clone)]
struct Look {
    began_at: Instant,
    view: Arc<SeatView>,
}

struct Failure {
    ended_at: Instant,
    unavailable: Option<Unavailable>,
    message: String,
}

impl LiveSeats {
    pub fn new(maps: SeatMaps, max_age: Duration) -> Self {
        Self { maps, max_age, performances: RwLock::default() }
    }

    /// The seats of a published performance, read from the inventory at most `max_age` before now.
    pub async fn view(&self, schedule: ScheduleId) -> anyhow::Result<Arc<SeatView>> {
        let asked_at = Instant::now();
        let performance = self.performance(schedule);
        if let Some(look) = performance.latest().filter(|look| self.is_fresh(look, asked_at)) {
            return Ok(look.view);
        }
        let mut failed = performance.looking.lock().await;
        let latest = performance.latest();
        if let Some(look) = latest.clone().filter(|look| self.is_fresh(look, asked_at)) {
            return Ok(look.view);
        }
        if let Some(failure) = failed.as_ref().filter(|failure| failure.ended_at >= asked_at) {
            return Err(failure.error());
        }
        let began_at = Instant::now();
        match self.maps.current(schedule).await {
            Ok(map) => {
                // What was written out of a map serves as long as a fan would see no difference.
                let alike = latest.filter(|look| look.view.map().looks_like(&map));
                let view = alike.map_or_else(|| Arc::new(SeatView::of(map)), |look| look.view);
                performance.keep(Look { began_at, view: Arc::clone(&view) });
                *failed = None;
                Ok(view)
            }
            Err(error) => {
                *failed = Some(Failure::of(&error));
                Err(error)
            }
        }
    }

    /// A look that began after the question is fresh however long it took.
    fn is_fresh(&self, look: &Look, asked_at: Instant) -> bool {
        asked_at.saturating_duration_since(look.began_at) <= self.max_age
    }

    fn performance(&self, schedule: ScheduleId) -> Arc<Performance> {
        let known = self.performances.read().unwrap_or_else(PoisonError::into_inner).get(&schedule).cloned();
        known.unwrap_or_else(|| {
            let mut performances = self.performances.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(performances.entry(schedule).or_default())
        })
    }
}

impl Performance {
    fn latest(&self) -> Option<Look> {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, look: Look) {
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) = Some(look);
    }
}

impl Failure {
    fn of(error: &anyhow::Error) -> Self {
        let unavailable = error.downcast_ref::<Unavailable>().copied();
        Self { ended_at: Instant::now(), unavailable, message: format!("{error:#}") }
    }

    fn error(&self) -> anyhow::Error {
        let error = anyhow!("{}, as another request found", self.message);
        match self.unavailable {
            Some(unavailable) => error.context(unavailable),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests;
