//! What the browser's trace says of its frames.

use serde_json::Value;

/// Two dropped frames further apart than this are not of one run: a frame is 16.7 ms.
const NEXT_FRAME_US: f64 = 25_000.0;

/// Frames of a stretch of the trace.
#[derive(Debug, Default, PartialEq)]
pub struct Frames {
    pub drawn: usize,
    pub dropped: usize,
    /// From the first to the last of the frames that were dropped one after the other, and one frame.
    pub longest_run_ms: f64,
}

impl Frames {
    /// Of what chromedriver's performance log has.
    pub fn of(log: &Value) -> Self {
        let events = log.as_array().into_iter().flatten().filter_map(|entry| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let event = message["message"]["params"].clone();
            Some((event["name"].as_str()?.to_owned(), event["ts"].as_f64()?))
        });
        let (mut drawn, mut dropped) = (0, Vec::new());
        for (name, at) in events {
            match name.as_str() {
                "DrawFrame" => drawn += 1,
                "DroppedFrame" => dropped.push(at),
                _ => {}
            }
        }
        dropped.sort_by(f64::total_cmp);
        let mut longest_run_us = 0.0_f64;
        let mut began = None;
        for (index, at) in dropped.iter().enumerate() {
            let follows = index > 0 && at - dropped[index - 1] <= NEXT_FRAME_US;
            let from = if follows { began.unwrap_or(*at) } else { *at };
            began = Some(from);
            longest_run_us = longest_run_us.max(at - from + 1e6 / 60.0);
        }
        Self { drawn, dropped: dropped.len(), longest_run_ms: longest_run_us / 1e3 }
    }
}

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
fn frames_that_are_dropped_one_after_the_other_are_one_run() {
    let entry = |name: &str, ts: u32| {
        let message = serde_json::json!({ "message": { "params": { "name": name, "ts": ts } } });
        serde_json::json!({ "message": message.to_string() })
    };
    let log = serde_json::json!([
        entry("DrawFrame", 0),
        entry("DroppedFrame", 16_667),
        entry("DroppedFrame", 33_333),
        entry("DroppedFrame", 50_000),
        entry("DrawFrame", 66_667),
        entry("DroppedFrame", 900_000),
    ]);
    let Frames { drawn, dropped, longest_run_ms } = Frames::of(&log);
    assert_eq!((drawn, dropped, longest_run_ms.round()), (2, 4, 50.0));
}

#[test]
fn a_percentile_is_one_of_the_figures() {
    let figures: Vec<f64> = (1..=100).rev().map(f64::from).collect();
    assert_eq!(
        (percentile(&figures, 0.5), percentile(&figures, 0.99), percentile(&figures, 1.0)),
        (50.0, 99.0, 100.0)
    );
}
