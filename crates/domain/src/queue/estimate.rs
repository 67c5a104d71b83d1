//! What a waiting fan is told of the time to come.

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

/// When to ask again: soon near the front, where something is about to happen, seldom far behind.
pub fn poll_after_millis(ahead: u64) -> u64 {
    match ahead {
        0..10 => 1_000,
        10..100 => 2_000,
        100..1_000 => 5_000,
        _ => 10_000,
    }
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
}
