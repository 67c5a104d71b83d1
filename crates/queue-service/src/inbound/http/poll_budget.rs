//! Polls that come too early, refused before anything is read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::queue::poll_after_millis;
use domain::shared::EntryId;

/// When each waiting fan may ask again, at the earliest. Kept by this process alone: beside several others a fan has a
/// budget at each of them.
///
/// Somebody who has joined or was admitted has none to keep to, and who waits as long as they were told never meets it.
pub struct PollBudget {
    enabled: bool,
    last: Mutex<HashMap<EntryId, Last>>,
}

/// Forgotten sooner than a pass may end: the next answer says again that the fan is inside.
const REMEMBERED: Duration = Duration::from_mins(10);

/// What the last poll came to.
#[derive(Clone, Copy)]
enum Last {
    /// The next one may come at this time, at the earliest.
    Due(Instant),
    /// The fan is inside, where nobody waits for a turn; remembered until then.
    Inside(Instant),
}

impl Last {
    const fn until(self) -> Instant {
        match self {
            Self::Due(until) | Self::Inside(until) => until,
        }
    }
}

/// The poll came this much too early.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooEarly(Duration);

impl TooEarly {
    /// Whole seconds, rounded up: never 0, and never again too early.
    pub fn retry_after_seconds(self) -> u64 {
        u64::try_from(self.0.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX).max(1)
    }
}

impl PollBudget {
    pub fn new(enabled: bool) -> Self {
        Self { enabled, last: Mutex::default() }
    }

    /// Takes one poll out of the budget. Until it is answered the shortest wait there is applies, so that many at once
    /// are one.
    pub fn take(&self, entry: EntryId, now: Instant) -> Result<(), TooEarly> {
        if !self.enabled {
            return Ok(());
        }
        let mut last = self.lock();
        match last.get(&entry) {
            Some(Last::Due(due)) if now < *due => Err(TooEarly(*due - now)),
            Some(Last::Inside(until)) if now < *until => Ok(()),
            Some(_) | None => {
                last.insert(entry, Last::Due(now + earliest(poll_after_millis(0))));
                Ok(())
            }
        }
    }

    /// The poll taken last was answered with `poll_after_ms`. Who was admitted meanwhile is left in peace.
    pub fn told(&self, entry: EntryId, poll_after_ms: u64, now: Instant) {
        if let Some(Last::Due(due)) = self.lock().get_mut(&entry) {
            *due = now + earliest(poll_after_ms);
        }
    }

    /// The fan is inside: they may ask as often as they like, also at the same time.
    pub fn inside(&self, entry: EntryId, now: Instant) {
        if self.enabled {
            self.lock().insert(entry, Last::Inside(now + REMEMBERED));
        }
    }

    /// The next poll may come at once: the place has ended, or the last one got no answer.
    pub fn forgive(&self, entry: EntryId) {
        self.lock().remove(&entry);
    }

    /// Drops what no longer refuses anything; returns how many.
    pub fn forget_due(&self, now: Instant) -> usize {
        let mut last = self.lock();
        let before = last.len();
        last.retain(|_, last| now < last.until());
        before - last.len()
    }

    /// A panic elsewhere leaves the map whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<EntryId, Last>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Half of what was told: clocks, networks and a second tab are given as much.
fn earliest(poll_after_ms: u64) -> Duration {
    Duration::from_millis(poll_after_ms / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const FAN: EntryId = EntryId(Uuid::from_u128(1));
    const OTHER: EntryId = EntryId(Uuid::from_u128(2));

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_poll_in_less_than_half_the_time_told_is_refused_and_one_in_half_of_it_is_not() {
        let (budget, start) = (PollBudget::new(true), Instant::now());
        assert_eq!(budget.take(FAN, start), Ok(()));
        budget.told(FAN, 10_000, start);
        assert_eq!(budget.take(FAN, start + ms(4_999)), Err(TooEarly(ms(1))));
        assert_eq!(budget.take(OTHER, start), Ok(()));
        assert_eq!(budget.take(FAN, start + ms(5_000)), Ok(()));
    }

    #[test]
    fn a_refused_poll_costs_nothing() {
        let (budget, start) = (PollBudget::new(true), Instant::now());
        budget.take(FAN, start).unwrap();
        budget.told(FAN, 2_000, start);
        for millis in [1, 500, 999] {
            assert!(budget.take(FAN, start + ms(millis)).is_err());
        }
        assert_eq!(budget.take(FAN, start + ms(1_000)), Ok(()));
    }

    #[test]
    fn many_polls_at_once_are_one() {
        let (budget, start) = (PollBudget::new(true), Instant::now());
        let taken = (0..100).filter(|_| budget.take(FAN, start).is_ok()).count();
        assert_eq!(taken, 1);
    }

    #[test]
    fn no_poll_after_admission_is_too_early_not_even_many_at_once() {
        let (budget, start) = (PollBudget::new(true), Instant::now());
        budget.take(FAN, start).unwrap();
        budget.inside(FAN, start);
        // Admitted between the look and the answer: the answer does not bring the wait back.
        budget.told(FAN, 10_000, start);
        assert!((0..100).all(|_| budget.take(FAN, start).is_ok()));
        assert_eq!(budget.forget_due(start + REMEMBERED), 1);
    }

    #[test]
    fn a_place_that_has_ended_is_remembered_no_longer() {
        let (budget, start) = (PollBudget::new(true), Instant::now());
        budget.inside(FAN, start);
        budget.forgive(FAN);
        assert_eq!(budget.forget_due(start), 0);
        assert_eq!(budget.take(FAN, start), Ok(()));
    }

    #[test]
    fn switched_off_it_refuses_nobody() {
        let (budget, now) = (PollBudget::new(false), Instant::now());
        assert!((0..3).all(|_| budget.take(FAN, now).is_ok()));
    }

    #[test]
    fn what_refuses_nobody_any_more_is_forgotten() {
        let (budget, start) = (PollBudget::new(true), Instant::now());
        budget.take(FAN, start).unwrap();
        budget.take(OTHER, start).unwrap();
        budget.told(OTHER, 10_000, start);
        assert_eq!(budget.forget_due(start + ms(1_000)), 1);
        assert!(budget.take(OTHER, start + ms(1_000)).is_err());
    }

    #[test]
    fn the_time_to_retry_is_at_least_a_second_and_never_too_short() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (5_000, 5)] {
            assert_eq!(TooEarly(ms(millis)).retry_after_seconds(), seconds);
        }
    }
}
