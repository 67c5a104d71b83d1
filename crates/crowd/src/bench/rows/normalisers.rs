//! What PostgreSQL alone does on this machine: pgbench's own scripts, which the peers' machine was measured with too.

use crate::bench::database::Until;
use crate::bench::row::{Goal, Row, Side};
use crate::bench::stage::Stage;

use super::Rows;

/// `pgbench -S` and `-N` where the peers were measured (design notes, "Peers").
const SCRIPTS: [(&str, &str, &str, f64); 2] = [
    ("pgbench-S", "pgbench -S: one row read", "--select-only", 58_000.0),
    ("pgbench-N", "pgbench -N: one row changed, one inserted", "--skip-some-updates", 8_000.0),
];

pub async fn measure(stage: &Stage<'_>, rows: &mut Rows) -> anyhow::Result<()> {
    let bench = stage.bench;
    stage.database.initialise_pgbench(bench.scale.pgbench).await?;
    let mut both = SCRIPTS.map(|(id, what, flag, peers)| {
        let row = Row::new(id, what, "tps", Goal::None).against(Side::known("the peers' machine", peers));
        (row, flag)
    });
    let until = Until::Seconds(bench.scale.lasts.as_secs().try_into().unwrap_or(u32::MAX).max(1));
    for _ in 0..bench.scale.rounds {
        for (row, flag) in &mut both {
            row.ours.rounds.push(stage.database.builtin(flag, bench.clients, until).await?);
        }
    }
    for (mut row, _) in both {
        "this machine".clone_into(&mut row.ours.what);
        stage.audit(&mut row).await?;
        rows.add(row);
    }
    Ok(())
}
