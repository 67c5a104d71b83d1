//! P11b: queue-service starts again with a million in line; the first poll is answered with the right place, and nobody
//! has moved.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use contracts::queue::EntryBody;
use tokio::time::sleep;

use crate::bench::load::{Body, Connection, Measured};
use crate::bench::row::{Goal, Row};
use crate::bench::stage::Stage;
use crate::stack::{Member, Service};

use super::Line;

/// Between two attempts to reach it.
const GLANCE: Duration = Duration::from_millis(5);
const DEADLINE: Duration = Duration::from_mins(2);

pub async fn row(stage: &Stage<'_>, line: &Line) -> anyhow::Result<Row> {
    let what = format!("restart of queue-service, {} waiting → first poll", line.waiting);
    let mut row = Row::new("P11b", what, "s", Goal::AtMost(10.0));
    let (polls, last) = (line.polls(), line.fans.last().context("nobody waits")?);
    let poll = polls.last().context("nobody polls")?;
    let queue_service = Member::Service(Service::Queue);
    for _ in 0..stage.bench.scale.rounds {
        stage.stack.rest(queue_service).await;
        let begun = Instant::now();
        stage.stack.start_again(queue_service).await;
        let place = loop {
            ensure!(begun.elapsed() < DEADLINE, "queue-service does not answer again");
            match first_answer(stage, poll).await {
                Some(place) => break place,
                None => sleep(GLANCE).await,
            }
        };
        row.ours.round(begun.elapsed().as_secs_f64(), &Measured::default());
        row.check(place == last.position, || {
            format!("the first poll says place {place}; it was {}", last.position)
        });
        stage.stack.serving().await?;
        let places = stage.positions(&line.fans, line.queue)?;
        let moved = line.fans.iter().zip(&places).filter(|(fan, place)| fan.position != **place).count();
        row.check(moved == 0, || format!("{moved} of {} places have changed", places.len()));
    }
    row.note(format!("{} places throughout the line are the same after each restart", line.fans.len()));
    Ok(row)
}

/// `None`: it is not up yet.
async fn first_answer(stage: &Stage<'_>, poll: &[u8]) -> Option<u64> {
    let mut connection = Connection::open(stage.door(Service::Queue).ok()?).await.ok()?;
    let answer = connection.ask(poll, Body::Keep).await.ok()?;
    (answer.status == 200).then(|| answer.read::<EntryBody>().ok())?.map(|body| body.position)
}
