mod follower;
mod performance;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::anyhow;
use domain::concert::SeatMaps;
use domain::shared::{ScheduleId, Unavailable};
use tokio::runtime::Handle;
use tokio::sync::watch;

use self::follower::Follower;
use self::performance::Performance;
use super::seat_view::SeatView;

#[cfg(test)]
pub use performance::Performance as Followable;
pub use performance::{Onward, Published};

/// The seat maps that fans look at and stream. One follower per performance asks the inventory for all of them, so
/// that neither a crowd nor an outage multiplies what the inventory is asked.
pub struct LiveSeats(Arc<Followed>);

/// How closely, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From one question to the inventory to the next.
    pub interval: Duration,
    /// Without a look or a stream for so long, a performance is not followed any more.
    pub idle: Duration,
    /// The last picture serves so long while the inventory is out of reach.
    pub max_age: Duration,
}

/// The performances that are followed.
struct Followed {
    maps: SeatMaps,
    pace: Pace,
    /// Of the process: those of the server's workers have requests to see to.
    runtime: Handle,
    performances: RwLock<HashMap<ScheduleId, Arc<Performance>>>,
}

impl LiveSeats {
    /// Followers run on the runtime that this is called on.
    pub fn new(maps: SeatMaps, pace: Pace) -> Self {
        let runtime = Handle::current();
        Self(Arc::new(Followed { maps, pace, runtime, performances: RwLock::default() }))
    }

    /// The seats of a published performance as they were last seen: at once while it is followed.
    pub async fn view(&self, schedule: ScheduleId) -> anyhow::Result<Arc<SeatView>> {
        let known = self.0.at(schedule, Performance::picture);
        match known {
            Some(picture) => picture,
            None => self.first(&mut self.0.at(schedule, Performance::subscribe)).await,
        }
    }

    /// The seats of a published performance from now on; there is a picture of them already.
    pub async fn follow(&self, schedule: ScheduleId) -> anyhow::Result<watch::Receiver<Published>> {
        let mut published = self.0.at(schedule, Performance::subscribe);
        self.first(&mut published).await?;
        Ok(published)
    }

    /// Waits for the follower's next word.
    async fn first(&self, published: &mut watch::Receiver<Published>) -> anyhow::Result<Arc<SeatView>> {
        let max_age = self.0.pace.max_age;
        loop {
            if let Some(picture) = published.borrow_and_update().picture(max_age) {
                return picture;
            }
            // The follower has ended without a word: the next request begins with a new one.
            let ended = |_| anyhow!("the follower has ended").context(Unavailable("the seat map"));
            published.changed().await.map_err(ended)?;
        }
    }
}

impl Followed {
    /// Reads something off a performance, which is followed from here on if it was not. It stays so meanwhile: the
    /// last follower's end needs the lock too.
    fn at<T>(self: &Arc<Self>, schedule: ScheduleId, read: impl Fn(&Performance) -> T) -> T {
        if let Some(known) = self.performances.read().unwrap_or_else(PoisonError::into_inner).get(&schedule) {
            known.touch();
            return read(known);
        }
        let mut performances = self.performances.write().unwrap_or_else(PoisonError::into_inner);
        let performance = performances.entry(schedule).or_insert_with(|| {
            let performance = Arc::new(Performance::new(self.pace.max_age));
            self.runtime.spawn(Follower::new(self, schedule, Arc::clone(&performance)).run());
            performance
        });
        performance.touch();
        read(performance)
    }

    /// Forgets a performance that nobody has looked at or streamed for a while.
    fn retire(&self, schedule: ScheduleId, performance: &Performance) -> bool {
        if !performance.is_idle(self.pace.idle) {
            return false;
        }
        let mut performances = self.performances.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody may have come before the lock was had.
        let idle = performance.is_idle(self.pace.idle);
        if idle {
            performances.remove(&schedule);
        }
        idle
    }

    /// Forgets a performance whose follower is no more, however it ended.
    fn forget(&self, schedule: ScheduleId, performance: &Arc<Performance>) {
        let mut performances = self.performances.write().unwrap_or_else(PoisonError::into_inner);
        if performances.get(&schedule).is_some_and(|known| Arc::ptr_eq(known, performance)) {
            performances.remove(&schedule);
        }
    }
}

#[cfg(test)]
mod tests;
