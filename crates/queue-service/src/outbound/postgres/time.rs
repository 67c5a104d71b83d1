use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// How long this process has kept the rooms: time that nobody sets.
pub trait Stopwatch: Send + Sync {
    fn elapsed(&self) -> Duration;
}

/// From its making on.
pub struct ProcessStopwatch(Instant);

impl ProcessStopwatch {
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Stopwatch for ProcessStopwatch {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The database's clock as this process reckons it between two looks: what a process's own clock says plays no part.
pub struct DatabaseTime {
    stopwatch: Arc<dyn Stopwatch>,
    /// The database's time, in microseconds since 1970, at which the stopwatch was started.
    began_micros: AtomicI64,
    /// Milliseconds of the stopwatch at the last look, one more than there were.
    looked: AtomicU64,
}

impl DatabaseTime {
    pub fn new(stopwatch: Arc<dyn Stopwatch>) -> Self {
        Self { stopwatch, began_micros: AtomicI64::new(0), looked: AtomicU64::new(0) }
    }

    /// The process's own time, for what is none of the database's: when a fan was last seen.
    pub fn moment(&self) -> Duration {
        self.stopwatch.elapsed()
    }

    pub fn now(&self) -> DateTime<Utc> {
        let began = DateTime::from_timestamp_micros(self.began_micros.load(Ordering::Relaxed));
        began.unwrap_or_default() + TimeDelta::from_std(self.moment()).unwrap_or_default()
    }

    /// The database said `at` between `asked` and now. The middle is at most half the round trip off.
    pub fn observe(&self, at: DateTime<Utc>, asked: Duration) {
        let heard = self.moment();
        let middle = asked + heard.saturating_sub(asked) / 2;
        let middle = TimeDelta::from_std(middle).unwrap_or_default();
        self.began_micros.store((at - middle).timestamp_micros(), Ordering::Relaxed);
        self.looked.store(millis(heard) + 1, Ordering::Relaxed);
    }

    /// Whether nobody has asked the database for so long.
    pub fn is_older_than(&self, age: Duration) -> bool {
        let looked = self.looked.load(Ordering::Relaxed);
        looked == 0 || millis(self.moment()).saturating_sub(looked) >= millis(age)
    }
}

/// Half a billion years fit.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Set(AtomicU64);

    impl Stopwatch for Set {
        fn elapsed(&self) -> Duration {
            Duration::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn it_goes_on_from_what_the_database_said_in_the_middle_of_the_question() {
        let stopwatch = Arc::new(Set(AtomicU64::new(1_000)));
        let time = DatabaseTime::new(stopwatch.clone());
        assert!(time.is_older_than(Duration::from_hours(1)));
        let said = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        stopwatch.0.store(1_010, Ordering::Relaxed);
        time.observe(said, Duration::from_secs(1));
        assert_eq!(time.now(), said + TimeDelta::milliseconds(5));
        stopwatch.0.store(2_005, Ordering::Relaxed);
        assert_eq!(time.now(), said + TimeDelta::seconds(1));
        assert!(!time.is_older_than(Duration::from_secs(1)));
        stopwatch.0.store(2_011, Ordering::Relaxed);
        assert!(time.is_older_than(Duration::from_secs(1)));
    }
}
