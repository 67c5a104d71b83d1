//! P9: what a waiting fan costs in the memory of queue-service.

use anyhow::{Context, ensure};

use crate::bench::machine::resident_bytes;
use crate::bench::row::{Goal, Row};
use crate::bench::stage::Stage;
use crate::bench::statistics::number;
use crate::stack::{Member, Service};

pub fn of_queue_service(stage: &Stage<'_>) -> anyhow::Result<u64> {
    let pid = stage.stack.pid(Member::Service(Service::Queue)).context("queue-service does not run")?;
    resident_bytes(pid).context("the system does not tell how much memory a process has")
}

/// `idle`: its size with empty queues, after as many connections.
pub fn row(stage: &Stage<'_>, idle: u64, waiting: usize) -> anyhow::Result<Row> {
    let now = of_queue_service(stage)?;
    ensure!(waiting > 0, "nobody waits");
    let per_fan = number(now.saturating_sub(idle)) / number(u64::try_from(waiting)?);
    let what = format!("memory of queue-service per fan, {waiting} waiting");
    let mut row = Row::new("P9", what, "bytes", Goal::AtMost(128.0));
    row.ours.rounds.push(per_fan);
    let mib = |bytes: u64| bytes / (1 << 20);
    row.note(format!("{} MiB resident after the polls, {} MiB idle with empty queues", mib(now), mib(idle)));
    Ok(row)
}
