//! Figures of many frames.

/// The smallest figure that so many of them do not exceed.
pub fn percentile(figures: &[f64], share: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::as_conversions,
        reason = "a rank among a few thousand figures"
    )]
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

#[test]
fn a_percentile_is_one_of_the_figures() {
    let figures: Vec<f64> = (1..=100).rev().map(f64::from).collect();
    assert_eq!(
        (percentile(&figures, 0.5), percentile(&figures, 0.99), percentile(&figures, 1.0)),
        (50.0, 99.0, 100.0)
    );
}
