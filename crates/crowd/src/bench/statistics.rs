//! Medians and ratios.

use std::time::Duration;

/// The middle of some figures; of an even number, the mean of the two in the middle.
pub fn median(figures: &[f64]) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)?;
    Some(f64::midpoint(lower, upper))
}

/// `None` where there is nothing to divide by.
pub fn ratio(ours: Option<f64>, yardstick: Option<f64>) -> Option<f64> {
    let (ours, yardstick) = (ours?, yardstick?);
    (yardstick > 0.0).then_some(ours / yardstick)
}

/// A count as a figure: exact below 2^32, which no count here comes near.
pub fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

pub fn per_second(count: u64, elapsed: Duration) -> f64 {
    if elapsed.is_zero() { 0.0 } else { number(count) / elapsed.as_secs_f64() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 3.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0, 100.0, 2.0]), Some(3.0));
    }

    #[test]
    fn a_ratio_needs_both_and_something_to_divide_by() {
        assert_eq!(ratio(Some(3.0), Some(2.0)), Some(1.5));
        assert_eq!(ratio(None, Some(2.0)), None);
        assert_eq!(ratio(Some(3.0), None), None);
        assert_eq!(ratio(Some(3.0), Some(0.0)), None);
    }

    #[test]
    fn a_rate_of_no_time_is_none() {
        assert!((per_second(10, Duration::from_millis(500)) - 20.0).abs() < 1e-9);
        assert!(per_second(10, Duration::ZERO).abs() < 1e-9);
    }
}
