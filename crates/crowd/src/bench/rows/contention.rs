//! P8: everybody wants the same. 500 fans on one seat: one wins, all are answered. 160 pairs at once, by
//! best-available: nobody is refused while a pair remains.

use std::collections::BTreeSet;

use anyhow::Context;
use contracts::reservation::ReservationBody;
use serde_json::json;
use uuid::Uuid;

use crate::bench::fans::Fan;
use crate::bench::load::{Answer, Asking, request};
use crate::bench::row::{Goal, Row};
use crate::bench::stage::{Stage, blocking};
use crate::promoter::MAIN_QUEUE;
use crate::stack::Service;

use super::Rows;
use super::holds::hold;

/// One performance's rows of 20 are the smallest that is published.
const SMALL_HALL: usize = 20;
const PAIR: usize = 2;

pub async fn measure(stage: &Stage<'_>, rows: &mut Rows) -> anyhow::Result<()> {
    let bench = stage.bench;
    let fans = stage.crowd(bench.scale.rush.max(bench.scale.pairs), MAIN_QUEUE).await?;
    if bench.options.wants("P8a") {
        let mut row = one_seat(stage, &fans).await?;
        stage.audit(&mut row).await?;
        rows.add(row);
    }
    if bench.options.wants("P8b") {
        let mut row = pairs(stage, &fans).await?;
        stage.audit(&mut row).await?;
        rows.add(row);
    }
    Ok(())
}

/// All of them at once: as many connections as fans, and one request on each.
fn all_at_once(stage: &Stage<'_>, fans: usize) -> anyhow::Result<Asking> {
    Ok(Asking { clients: fans, patient: false, ..stage.asking(Service::Reservation)? })
}

async fn one_seat(stage: &Stage<'_>, fans: &[Fan]) -> anyhow::Result<Row> {
    let scale = stage.bench.scale;
    let halls = stage.halls(scale.rounds.div_ceil(SMALL_HALL), SMALL_HALL).await?;
    let what = format!("{} fans on one seat at once, p99", scale.rush);
    let mut row = Row::new("P8a", what, "ms", Goal::AtMost(100.0));
    let fans = fans.get(..scale.rush).context("too few fans")?;
    let asking = all_at_once(stage, fans.len())?;
    let seats = halls.iter().flat_map(|hall| hall.seats.iter().map(|seat| (hall.schedule, *seat)));
    for (schedule, seat) in seats.take(scale.rounds) {
        let write = |fan: &Fan| hold(fan, schedule, vec![seat]);
        let read = |_: &Fan, answer: &Answer<'_>| Ok((answer.status, answer.sample()));
        let (answers, measured) = blocking(|| asking.each_timed(fans, write, read))?;
        let winners = answers.iter().filter(|(status, _)| *status == 201).count();
        row.check(winners == 1, || format!("{winners} fans have the one seat"));
        let odd = answers.iter().find(|(status, _)| ![201, 409].contains(status));
        row.check(odd.is_none(), || format!("a loser is answered {odd:?}"));
        row.ours.round(measured.percentile(99.0), &measured);
    }
    row.note("one is answered 201, all others 409");
    Ok(row)
}

async fn pairs(stage: &Stage<'_>, fans: &[Fan]) -> anyhow::Result<Row> {
    let scale = stage.bench.scale;
    let halls = stage.halls(1, scale.pairs_hall).await?;
    let schedule = halls.first().context("there is no performance")?.schedule;
    let what = format!("{} pairs at once, best-available on {} seats, p99", scale.pairs, scale.pairs_hall);
    let mut row = Row::new("P8b", what, "ms", Goal::AtMost(100.0));
    let fans = fans.get(..scale.pairs).context("too few fans")?;
    let asking = all_at_once(stage, fans.len())?;
    let body = json!({ "scheduleId": schedule, "bestAvailable": { "quantity": PAIR } });
    let mut given = BTreeSet::<Uuid>::new();
    for round in 1..=scale.rounds {
        let write = |fan: &Fan| request::post_json("/v1/reservations", &fan.pass, &body);
        let read = |_: &Fan, answer: &Answer<'_>| match answer.status {
            201 => Ok(Ok(answer.read::<ReservationBody>()?.seats)),
            status => Ok(Err((status, answer.sample()))),
        };
        let (answers, measured) = blocking(|| asking.each_timed(fans, write, read))?;
        let (held, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        if let (true, Some(Err((400 | 422, sample)))) = (held.is_empty(), refused.first()) {
            row.not_served = Some(format!("bestAvailable is answered {sample}"));
            return Ok(row);
        }
        row.check(refused.is_empty(), || format!("{} pairs refused: {:?}", refused.len(), refused.first()));
        given.extend(held.into_iter().flatten().flatten().map(|seat| seat.seat_id));
        let expected = PAIR * fans.len() * round;
        row.check(given.len() == expected, || {
            format!("{} different seats instead of {expected}", given.len())
        });
        row.ours.round(measured.percentile(99.0), &measured);
    }
    row.note("nobody is refused, and all seats are different");
    Ok(row)
}
