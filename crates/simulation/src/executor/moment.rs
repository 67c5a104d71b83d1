use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use chrono::{DateTime, Utc};

/// Virtual time: milliseconds since the world began. Coarse on purpose, so that what can happen at the same instant
/// does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Moment(u64);

impl Moment {
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// When the world begins, by the stores' clock: 20,000 days after the epoch, which is as good as any.
    const BEGINNING_MILLIS: i64 = 20_000 * 86_400_000;

    /// As the stores see it.
    pub fn date(self) -> DateTime<Utc> {
        let millis = i64::try_from(self.0).unwrap_or(i64::MAX).saturating_add(Self::BEGINNING_MILLIS);
        DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The moment at which the stores' clock shows `date`; the beginning for all before it.
    pub fn of(date: DateTime<Utc>) -> Self {
        Self(u64::try_from(date.timestamp_millis() - Self::BEGINNING_MILLIS).unwrap_or(0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }
}

impl Sub for Moment {
    type Output = Duration;

    /// Nothing where `earlier` is the later one.
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>4}.{:03}", self.0 / 1_000, self.0 % 1_000)
    }
}
