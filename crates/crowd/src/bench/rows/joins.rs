//! P3: durable joins by fresh users, beside `pgbench` inserting the same row into a table of the same shape.
//!
//! The queue lets nobody in, so that joining is all that happens.

use uuid::Uuid;

use crate::bench::database::{Script, Until};
use crate::bench::fans::entries;
use crate::bench::load::{Shots, request};
use crate::bench::row::{Goal, Row, Side};
use crate::bench::stage::{Stage, blocking};
use crate::stack::Service;

use super::{Rows, tables};

const INSERT: &str = include_str!("../sql/join.sql");
const LINE: &str = "INSERT INTO yardstick.queues SELECT * FROM queue.queues; CREATE SEQUENCE yardstick.line";

/// Beside the main queue, which lets everybody in.
const QUEUE: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00c1);

pub async fn measure(stage: &Stage<'_>, rows: &mut Rows) -> anyhow::Result<()> {
    let bench = stage.bench;
    stage.open_queue(QUEUE, "Joins", 0).await?;
    tables::copy(&stage.database, &[("queue", "queues"), ("queue", "entries")]).await?;
    stage.database.sql(LINE).await?;
    let mut row = Row::new("P3", "durable joins of fresh users", "joins/s", Goal::RatioAtLeast(1.0));
    let mut inserts = Side::new("pgbench, one-row insert");
    let path = entries(QUEUE);
    for _ in 0..bench.scale.rounds {
        let users = stage.users(bench.scale.joins)?;
        let requests: Vec<_> = users.iter().map(|user| request::post(&path, &user.access)).collect();
        let door = stage.door(Service::Queue)?;
        let shots = Shots { requests: &requests, expected: 201, again: false };
        row.ours.rate(&blocking(|| shots.fire(door, stage.exhausting()))?);
        let script = Script {
            name: "join",
            sql: INSERT,
            variables: Vec::new(),
            clients: bench.clients,
            until: Until::Each(bench.scale.joins / bench.clients),
        };
        inserts.rounds.push(stage.database.pgbench(&script).await?);
    }
    let places = stage
        .database
        .count(&format!("SELECT count(*) FROM queue.entries WHERE queue_id = '{QUEUE}'"))
        .await?;
    let done = row.ours.measured.done;
    row.check(places == done, || format!("{done} joins were acknowledged, and {places} places are there"));
    row.note(format!("{} joins a round; the last ones behind {places} waiting fans", bench.scale.joins));
    row = row.against(inserts);
    stage.audit(&mut row).await?;
    rows.add(row);
    Ok(())
}
