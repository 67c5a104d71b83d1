//! P10: ten thousand open streams of seat changes, and as many of places in line.

mod line;
mod seats;

use std::time::Duration;

use crate::bench::load::Measured;
use crate::bench::stage::Stage;
use crate::bench::streams::Streams;

use super::Rows;

/// What is published or freed in a second. The seat map is looked at every 150 ms and all its changes are one event, so
/// a higher rate of holds would make the events longer rather than more.
const PER_SECOND: u32 = 4;
/// For the last event to arrive: far longer than any goal, so that what is late is measured rather than missed.
const PATIENCE: Duration = Duration::from_mins(1);

pub async fn measure(stage: &Stage<'_>, rows: &mut Rows) -> anyhow::Result<()> {
    if stage.bench.options.wants("P10a") {
        let mut row = seats::row(stage).await?;
        stage.audit(&mut row).await?;
        rows.add(row);
    }
    if stage.bench.options.wants("P10b") {
        let mut row = line::row(stage).await?;
        stage.audit(&mut row).await?;
        rows.add(row);
    }
    Ok(())
}

/// Waits until so much was heard, and listens no more.
async fn close<T: Send + 'static>(
    streams: Streams<T>,
    expected: usize,
) -> anyhow::Result<Vec<crate::bench::streams::Heard<T>>> {
    streams.until_heard(expected, PATIENCE).await;
    streams.close().await
}

/// The rounds of what was timed, by the number of the round.
fn rounds(timed: impl Iterator<Item = (usize, Duration)>, rounds: usize) -> Vec<Measured> {
    let mut all = vec![Measured::default(); rounds];
    for (round, latency) in timed {
        if let Some(measured) = all.get_mut(round) {
            measured.done(latency, latency);
        }
    }
    all
}
