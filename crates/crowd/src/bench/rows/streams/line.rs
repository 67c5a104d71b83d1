//! P10b: from a slot that is freed to the event that lets the next fan in.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::{PER_SECOND, close, rounds};
use crate::bench::fans::{Waiting, entries};
use crate::bench::load::{Body, Connection, request};
use crate::bench::row::{Goal, Row};
use crate::bench::stage::Stage;
use crate::bench::streams::Streams;
use crate::stack::Service;

/// Beside the main queue, which lets everybody in.
const QUEUE: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00b1);
/// Fans who are inside at once.
const INSIDE: u32 = 10;
/// As queue-service writes it into an event.
const ADMITTED: &[u8] = b"\"status\":\"admitted\"";

pub async fn row(stage: &Stage<'_>) -> anyhow::Result<Row> {
    let scale = stage.bench.scale;
    let what = format!("slot freed → next of {} streams says admitted, p95", scale.streams);
    let mut row = Row::new("P10b", what, "ms", Goal::AtMost(1_000.0));
    stage.open_queue(QUEUE, "Streams", 0).await?;
    let fans = line(stage)?;
    let (path, door) = (format!("{}/me/events", entries(QUEUE)), stage.door(Service::Queue)?);
    let requests: Vec<_> = fans.iter().map(|fan| request::get(&path, &fan.queue_token)).collect();
    let first = requests.first().context("nobody waits")?;
    let (head, early, _) = Connection::open(door).await?.ask_for_stream(first).await?;
    if head.status == 404 {
        let text = String::from_utf8_lossy(&early).into_owned();
        row.not_served = Some(format!("GET /v1/queues/…/entries/me/events is answered 404 {text}"));
        return Ok(row);
    }
    let opened = Instant::now();
    let streams = Streams::open(door, requests, stage.bench.options.threads, admitted).await?;
    let opened = opened.elapsed();
    stage.open_queue(QUEUE, "Streams", INSIDE).await?;
    streams.until_heard(usize::try_from(INSIDE)?, super::PATIENCE).await;
    let freed = free(stage, &fans).await?;
    let heard = close(streams, freed.len() + usize::try_from(INSIDE)?).await?;
    let mut first = HashMap::<usize, Instant>::new();
    for one in heard {
        first.entry(one.stream).and_modify(|at| *at = one.at.min(*at)).or_insert(one.at);
    }
    let inside = usize::try_from(INSIDE)?;
    let timed = freed.iter().enumerate().filter_map(|(number, at)| {
        let admitted = first.get(&(number + inside))?;
        Some((number / scale.freed, admitted.saturating_duration_since(*at)))
    });
    for round in rounds(timed, scale.rounds) {
        let expected = u64::try_from(scale.freed)?;
        row.check(round.done == expected, || {
            format!("{} of {expected} fans heard that they are in", round.done)
        });
        row.ours.round(round.percentile(95.0), &round);
    }
    row.note(format!("{PER_SECOND} slots/s; the streams were opened in {:.1} s", opened.as_secs_f64()));
    Ok(row)
}

/// Fans in the order of their places.
fn line(stage: &Stage<'_>) -> anyhow::Result<Vec<Waiting>> {
    let mut fans = stage.join(stage.users(stage.bench.scale.streams)?, QUEUE)?;
    // The answer to a join says where it was placed; nobody has moved since.
    fans.sort_by_key(|fan| fan.position);
    Ok(fans)
}

/// One fan after the other leaves, at a steady rate and in the order in which they came in: when each was answered.
async fn free(stage: &Stage<'_>, fans: &[Waiting]) -> anyhow::Result<Vec<Instant>> {
    let scale = stage.bench.scale;
    let path = format!("{}/me", entries(QUEUE));
    let mut connection = Connection::open(stage.door(Service::Queue)?).await?;
    let mut beat = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut freed = Vec::new();
    for fan in fans.iter().take(scale.freed * scale.rounds) {
        beat.tick().await;
        let answer = connection.ask(&request::delete(&path, &fan.queue_token), Body::Skip).await?;
        ensure!(answer.status == 204, "leaving is answered {}", answer.sample());
        freed.push(Instant::now());
    }
    Ok(freed)
}

fn admitted(event: &[u8]) -> Vec<()> {
    let found = event.windows(ADMITTED.len()).any(|window| window == ADMITTED);
    if found { vec![()] } else { Vec::new() }
}
