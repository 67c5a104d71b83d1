use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use domain::concert::SeatMaps;
use domain::shared::ScheduleId;
use tokio::time::{MissedTickBehavior, interval};

use super::Followed;
use super::performance::Performance;

/// Keeps one performance's picture up to date for as long as anybody wants it.
pub(super) struct Follower {
    maps: SeatMaps,
    interval: Duration,
    schedule: ScheduleId,
    performance: Arc<Performance>,
    followed: Weak<Followed>,
    /// Whether the last round failed.
    failing: bool,
    heard_at: Instant,
}

impl Follower {
    pub fn new(followed: &Arc<Followed>, schedule: ScheduleId, performance: Arc<Performance>) -> Self {
        Self {
            maps: followed.maps.clone(),
            interval: followed.pace.interval,
            schedule,
            performance,
            followed: Arc::downgrade(followed),
            failing: false,
            heard_at: Instant::now(),
        }
    }

    pub async fn run(mut self) {
        let mut rounds = interval(self.interval);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            let Some(followed) = self.followed.upgrade() else { return };
            if followed.retire(self.schedule, &self.performance) {
                return;
            }
            drop(followed);
            self.round().await;
        }
    }

    async fn round(&mut self) {
        let asked_at = Instant::now();
        let current = self.maps.current(self.schedule).await;
        match current.and_then(|map| self.performance.show(self.schedule, &map, Some(asked_at))) {
            Ok(()) => {
                self.heard_at = Instant::now();
                if std::mem::take(&mut self.failing) {
                    tracing::info!(schedule = %self.schedule, "the seat map is followed again");
                }
            }
            Err(error) => self.fail(&error),
        }
    }

    /// A failure is logged when it begins and when it ends, not every time in between.
    fn fail(&mut self, error: &anyhow::Error) {
        if !std::mem::replace(&mut self.failing, true) {
            let error = format!("{error:#}");
            tracing::warn!(schedule = %self.schedule, error, "the seat map cannot be followed; it goes on trying");
        }
        // The inventory read its clock before its answer came: this is rather too short than too long, and no hold
        // lapses here before it does there.
        let silence = TimeDelta::from_std(self.heard_at.elapsed()).unwrap_or(TimeDelta::MAX);
        if let Some(map) = self.maps.unheard(self.schedule, silence)
            && let Err(error) = self.performance.show(self.schedule, &map, None)
        {
            tracing::error!(schedule = %self.schedule, error = format!("{error:#}"), "the seat map cannot be shown");
        }
        self.performance.fail(error);
    }
}

impl Drop for Follower {
    /// Whoever looks next gets a new follower, even after a panic.
    fn drop(&mut self) {
        if let Some(followed) = self.followed.upgrade() {
            followed.forget(self.schedule, &self.performance);
        }
    }
}
