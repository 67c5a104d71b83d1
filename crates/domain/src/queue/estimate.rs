//! What a waiting fan is told of the time to come.

use super::AbsencePolicy;

/// Seconds, from the hopeful to the careful end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WaitSeconds {
    pub low: u64,
    pub high: u64,
}

/// The wait for a fan with `ahead` fans in front, from the admissions of the last `window_seconds`.
///
/// Admissions are taken as a Poisson count: its relative spread is 1/√n, and the interval spans two of those to
/// either side. `None` where nothing was admitted: no number would be honest.
pub fn wait_estimate(ahead: u64, admitted: u32, window_seconds: u32) -> Option<WaitSeconds> {
    if admitted == 0 {
        return None;
    }
    let per_second = f64::from(admitted) / f64::from(window_seconds.max(1));
    let spread = (2.0 / f64::from(admitted).sqrt()).min(0.9);
    // Positions beyond 2^32 do not occur; beyond it the estimate saturates.
    let places = f64::from(u32::try_from(ahead).unwrap_or(u32::MAX)) + 1.0;
    let seconds = |rate: f64| whole_seconds(places / rate);
    Some(WaitSeconds {
        low: seconds(per_second * (1.0 + spread)),
        high: seconds(per_second * (1.0 - spread)),
    })
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float to integer conversion saturates, and the value is never negative"
)]
fn whole_seconds(seconds: f64) -> u64 {
    seconds.ceil() as u64
}

/// Polls of one queue that a process is asked to answer in a second, at most. An HMAC checked and numbers compared, which
/// is what a poll comes to, were measured at 86,000 a second on two cores: a quarter of it leaves the rest to joins, to
/// streams, to writing, and to those who are inside.
const POLLS_PER_SECOND: u64 = 20_000;
/// So far in front a fan is told by the distance alone: something is about to happen, and there are never so many of
/// them that they are a load (10 a second within the first ten, 235 in all).
const NEAR: u64 = 1_000;

/// When to ask again: soon near the front, seldom far behind, and the more wait, the later, so that all polls together
/// are never more than one process answers. Never so late that who polls as told is taken for absent.
pub fn poll_after_millis(ahead: u64, waiting: u64, absence: AbsencePolicy) -> u64 {
    let by_distance = match ahead {
        0..10 => 1_000,
        10..100 => 2_000,
        100..NEAR => 5_000,
        _ => 10_000,
    };
    let by_load = if ahead < NEAR { 0 } else { waiting.saturating_mul(1_000) / POLLS_PER_SECOND };
    by_distance.max(by_load).min(absence.longest_poll_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_measured_is_nothing_promised() {
        assert_eq!(wait_estimate(10, 0, 60), None);
    }

    #[test]
    fn the_interval_holds_the_plain_quotient_and_narrows_with_more_admissions() {
        // 100 admissions a minute, 500 fans in front: about 300 s.
        let wide = wait_estimate(499, 100, 60).unwrap();
        assert!(wide.low < 300 && 300 < wide.high);
        let narrow = wait_estimate(499, 10_000, 6_000).unwrap();
        assert!(narrow.low > wide.low && narrow.high < wide.high);
    }

    #[test]
    fn polls_come_later_with_the_distance_and_with_the_crowd_and_never_too_late() {
        let absence = AbsencePolicy::default();
        let after = |ahead, waiting| poll_after_millis(ahead, waiting, absence);
        assert_eq!(
            [0, 9, 10, 99, 100, 999, 1_000].map(|ahead| after(ahead, 1_001)),
            [1_000, 1_000, 2_000, 2_000, 5_000, 5_000, 10_000]
        );
        // The front is told the same however long the line is.
        assert_eq!([after(9, 1_000_000), after(999, 1_000_000)], [1_000, 5_000]);
        assert_eq!(
            [200_000, 400_000, 1_000_000].map(|waiting| after(5_000, waiting)),
            [10_000, 20_000, 50_000]
        );
        assert_eq!(after(u64::MAX, u64::MAX), 200_000);
        let hasty = AbsencePolicy { limit_seconds: 3, grace_seconds: 0 };
        assert_eq!(poll_after_millis(5_000, 1_000_000, hasty), 1_000);
    }

    #[test]
    fn all_polls_together_are_no_more_than_one_process_answers() {
        let absence = AbsencePolicy { limit_seconds: 86_400, grace_seconds: 0 };
        for waiting in [1_u64, 999, 50_000, 250_000, 1_000_000, 10_000_000] {
            let near = 10 + 45 + 180;
            let far = waiting.saturating_sub(NEAR) * 1_000 / poll_after_millis(NEAR, waiting, absence);
            assert!(near + far <= POLLS_PER_SECOND + near, "{far} polls a second of {waiting} fans");
        }
    }
}
