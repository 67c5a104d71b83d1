use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::queue::TooEarly;

/// When a waiting fan was last seen, and when the next poll may come: eight bytes, which polls change side by side.
///
/// Both are counted from the moment at which the process began to keep the rooms.
#[derive(Debug)]
pub struct Presence {
    /// Rounded up, so that nobody is taken for absent too early. 2^32 of them are 136 years.
    seen_seconds: AtomicU32,
    /// Begins again after 49 days.
    due_millis: AtomicU32,
}

/// Longer than any wait that a poll budget gives, and so short that a time which has passed looks like one to come, by
/// having begun again, for no more than these of every 49 days.
const LONGEST_WAIT_MILLIS: u32 = 86_400_000 / 2;

impl Presence {
    /// Just seen; the first poll may come at any time.
    pub fn new(moment: Duration) -> Self {
        Self { seen_seconds: AtomicU32::new(seconds(moment)), due_millis: AtomicU32::new(millis(moment)) }
    }

    pub fn copied(&self) -> Self {
        let copy = |of: &AtomicU32| AtomicU32::new(of.load(Ordering::Relaxed));
        Self { seen_seconds: copy(&self.seen_seconds), due_millis: copy(&self.due_millis) }
    }

    pub fn touch(&self, moment: Duration) {
        self.seen_seconds.fetch_max(seconds(moment), Ordering::Relaxed);
    }

    pub fn silent(&self, moment: Duration) -> Duration {
        moment.saturating_sub(self.last_seen())
    }

    pub fn last_seen(&self) -> Duration {
        Duration::from_secs(self.seen_seconds.load(Ordering::Relaxed).into())
    }

    /// Whether a poll comes too early.
    pub fn check(&self, moment: Duration) -> Result<(), TooEarly> {
        early(self.due_millis.load(Ordering::Relaxed), moment).map_or(Ok(()), Err)
    }

    /// Takes the poll that was checked: the next one may come in half of the time that this one is told. Of several that
    /// were checked at once one is taken.
    pub fn take(&self, moment: Duration, poll_after_ms: u64) -> Result<(), TooEarly> {
        let before = self.due_millis.load(Ordering::Relaxed);
        early(before, moment).map_or(Ok(()), Err)?;
        // Half of what is told: clocks, networks and a second tab are given as much.
        let wait = u32::try_from(poll_after_ms / 2).unwrap_or(u32::MAX).min(LONGEST_WAIT_MILLIS);
        let due = millis(moment).wrapping_add(wait);
        let taken = self.due_millis.compare_exchange(before, due, Ordering::Relaxed, Ordering::Relaxed);
        self.touch(moment);
        match taken {
            Ok(_) => Ok(()),
            Err(other) => early(other, moment).map_or(Ok(()), Err),
        }
    }
}

fn early(due: u32, moment: Duration) -> Option<TooEarly> {
    let wait = due.wrapping_sub(millis(moment));
    (1..=LONGEST_WAIT_MILLIS).contains(&wait).then(|| TooEarly(Duration::from_millis(wait.into())))
}

fn seconds(moment: Duration) -> u32 {
    let up = moment.as_secs() + u64::from(moment.subsec_nanos() > 0);
    u32::try_from(up).unwrap_or(u32::MAX)
}

/// The lower 32 bits.
fn millis(moment: Duration) -> u32 {
    u32::try_from(moment.as_millis() & u128::from(u32::MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    const START: Duration = ms(5_000);

    #[test]
    fn a_poll_in_less_than_half_the_time_told_is_refused_and_one_in_half_of_it_is_not() {
        let fan = Presence::new(START);
        assert_eq!(fan.take(START, 10_000), Ok(()));
        assert_eq!(fan.check(START + ms(4_999)), Err(TooEarly(ms(1))));
        assert_eq!(fan.take(START + ms(4_999), 10_000), Err(TooEarly(ms(1))));
        assert_eq!(fan.check(START + ms(5_000)), Ok(()));
        assert_eq!(fan.take(START + ms(5_000), 10_000), Ok(()));
    }

    #[test]
    fn a_refused_poll_costs_nothing() {
        let fan = Presence::new(START);
        fan.take(START, 2_000).unwrap();
        for millis in [1, 500, 999] {
            assert!(fan.take(START + ms(millis), 2_000).is_err());
        }
        assert_eq!(fan.take(START + ms(1_000), 2_000), Ok(()));
    }

    #[test]
    fn many_polls_at_once_are_one() {
        let fan = Presence::new(START);
        let taken = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mine = (0..25).filter(|_| fan.take(START, 1_000).is_ok()).count();
                    taken.fetch_add(u32::try_from(mine).unwrap(), Ordering::Relaxed);
                });
            }
        });
        assert_eq!(taken.into_inner(), 1);
    }

    #[test]
    fn a_wait_goes_on_where_the_milliseconds_begin_again() {
        let almost = ms(u64::from(u32::MAX) - 100);
        let fan = Presence::new(almost);
        fan.take(almost, 1_000).unwrap();
        assert_eq!(fan.check(almost + ms(499)), Err(TooEarly(ms(1))));
        assert_eq!(fan.check(almost + ms(500)), Ok(()));
        // Somebody whose last poll was weeks ago is not refused either.
        assert_eq!(Presence::new(START).check(START + ms(u64::from(u32::MAX) / 2)), Ok(()));
    }

    #[test]
    fn silence_is_counted_from_the_last_sign_of_life_and_never_too_long() {
        let fan = Presence::new(ms(1_500));
        assert_eq!(fan.silent(ms(1_600)), Duration::ZERO);
        assert_eq!(fan.silent(ms(12_000)), ms(10_000));
        fan.touch(ms(12_000));
        assert_eq!(fan.silent(ms(13_000)), ms(1_000));
        fan.touch(ms(3_000));
        assert_eq!(fan.last_seen(), ms(12_000), "a late word changes nothing");
        fan.take(ms(20_000), 1_000).unwrap();
        assert_eq!(fan.last_seen(), ms(20_000));
    }
}
