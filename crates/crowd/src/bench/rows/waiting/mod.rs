//! P1, P2, P9, P11b and the polls beside the best peer: a million fans in line, and what they cost.
//!
//! Three queues stand side by side in one queue-service: a million fans, as many as the peers were measured with, and a
//! few. So each round polls all of them in turn.

mod line;
mod memory;
mod polls;
mod restart;

use anyhow::Context;

use crate::bench::stage::Stage;

use super::Rows;
use line::{Line, Lines};

pub async fn measure(stage: &Stage<'_>, rows: &mut Rows) -> anyhow::Result<()> {
    let bench = stage.bench;
    let lines = Lines::open(stage).await?;
    let idle = memory::of_queue_service(stage).context("the idle size of queue-service is not known")?;
    let lines = lines.fill(stage).await?;
    polls::measure(stage, &lines, rows).await?;
    if bench.options.wants("P9") {
        let mut row = memory::row(stage, idle, lines.waiting())?;
        stage.audit(&mut row).await?;
        rows.add(row);
    }
    if bench.options.wants("P11b") {
        let mut row = restart::row(stage, &lines.million).await?;
        stage.audit(&mut row).await?;
        rows.add(row);
    }
    Ok(())
}
