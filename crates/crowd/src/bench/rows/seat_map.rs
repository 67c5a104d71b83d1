//! P7: snapshots of a large seat map: unchanged since the last look (304), and whole.

use anyhow::{Context, ensure};

use crate::bench::constant::Constant;
use crate::bench::load::{Body, Connection, Shots, request};
use crate::bench::row::{Goal, Row, Side};
use crate::bench::stage::{Stage, blocking};
use crate::promoter::MAIN_QUEUE;
use crate::stack::Service;

use super::Rows;

pub async fn measure(stage: &Stage<'_>, rows: &mut Rows) -> anyhow::Result<()> {
    let bench = stage.bench;
    let halls = stage.halls(1, bench.scale.map_seats).await?;
    let hall = halls.first().context("there is no performance")?;
    let fans = stage.crowd(1, MAIN_QUEUE).await?;
    let pass = &fans.first().context("there is no fan")?.pass;
    let path = format!("/v1/schedules/{}/seats", hall.schedule);
    let whole = request::get(&path, pass);
    let door = stage.door(Service::Concert)?;
    let mut connection = Connection::open(door).await?;
    let answer = connection.ask(&whole, Body::Keep).await?;
    ensure!(answer.status == 200, "the seat map answers {}", answer.sample());
    let (bytes, etag) = (answer.length, answer.header("etag").context("a seat map without an ETag")?);
    let unchanged = request::get_with(&path, pass, ("if-none-match", &etag));
    let looks = [
        Look { id: "P7a", what: "unchanged (304)", request: unchanged, expected: 304, bytes: 0, goal: 0.9 },
        Look { id: "P7b", what: "whole", request: whole, expected: 200, bytes, goal: 0.7 },
    ];
    for look in looks.iter().filter(|look| bench.options.wants(look.id)) {
        let constant = Constant::start(&bench.binaries, look.bytes).await?;
        let mut answers = Side::new(match look.bytes {
            0 => "constant empty answer",
            _ => "constant answer of the same size",
        });
        let what = format!("seat map of {} seats, {}", hall.seats.len(), look.what);
        let mut row = Row::new(look.id, what, "answers/s", Goal::RatioAtLeast(look.goal));
        let requests = [look.request.clone()];
        for _ in 0..bench.scale.rounds {
            let shots = Shots { requests: &requests, expected: look.expected, again: true };
            row.ours.rate(&blocking(|| shots.fire(door, stage.timed()))?);
            let shots = Shots { expected: 200, ..shots };
            answers.rate(&blocking(|| shots.fire(constant.door, stage.timed()))?);
        }
        row.note(format!("{} bytes a body", look.bytes));
        row = row.against(answers);
        stage.audit(&mut row).await?;
        rows.add(row);
    }
    Ok(())
}

struct Look {
    id: &'static str,
    what: &'static str,
    request: Vec<u8>,
    expected: u16,
    bytes: usize,
    goal: f64,
}
