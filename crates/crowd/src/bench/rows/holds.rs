//! P4: single-seat holds with a verified pass, beside `pgbench` with one statement per hold. P5: eight seats beside one.
//!
//! Neither side has a row that is not in the other's: the holds carry no `Idempotency-Key`, whose record would be one
//! more row of ours.

use anyhow::Context;
use contracts::reservation::NewReservationBody;
use uuid::Uuid;

use crate::bench::database::{Script, Until};
use crate::bench::fans::Fan;
use crate::bench::halls::Hall;
use crate::bench::load::{Body, Connection, Measured, Shots, request};
use crate::bench::row::{Goal, Row, Side};
use crate::bench::scale::HOLDS_PER_FAN;
use crate::bench::stage::{Stage, blocking};
use crate::promoter::MAIN_QUEUE;
use crate::stack::Service;

use super::{Rows, tables};

const HOLD: &str = include_str!("../sql/hold.sql");
const SEATS: &str = include_str!("../sql/hold_seats.sql");
const HELD: &str = "SELECT count(*) FROM reservation.seats WHERE status = 'held'";
/// Seats of the larger hold of P5.
const MANY: usize = 8;
/// The peers' best, measured beforehand (design notes, "Peers").
const BEST_PEER: f64 = 1_460.0;

pub async fn measure(stage: &Stage<'_>, rows: &mut Rows) -> anyhow::Result<()> {
    let bench = stage.bench;
    let (wants, scale) = (|id| bench.options.wants(id), bench.scale);
    let of_holds = if wants("P4") || wants("peers-holds") { scale.holds * scale.rounds } else { 0 };
    let of_pairs = if wants("P5") { scale.pairs_of_holds * scale.rounds } else { 0 };
    let fans = stage.crowd((of_holds / HOLDS_PER_FAN).max(of_pairs), MAIN_QUEUE).await?;
    if of_holds > 0 {
        let mut row = single_seats(stage, &fans).await?;
        stage.audit(&mut row).await?;
        let mut peers =
            Row::new("peers-holds", "holds beside the best peer", row.unit, Goal::RatioAtLeast(15.0));
        peers.ours = row.ours.clone();
        peers.note("ours are the rounds of P4");
        rows.add(row);
        rows.add(peers.against_peer(BEST_PEER, "pgbench-N"));
    }
    if of_pairs > 0 {
        let mut row = eight_seats(stage, &fans).await?;
        stage.audit(&mut row).await?;
        rows.add(row);
    }
    Ok(())
}

/// A hold of these seats, as it goes over the wire.
pub fn hold(fan: &Fan, schedule_id: Uuid, seat_ids: Vec<Uuid>) -> anyhow::Result<Vec<u8>> {
    request::post_json("/v1/reservations", &fan.pass, &NewReservationBody::of_seats(schedule_id, seat_ids))
}

/// One hold for each seat, the fans taking turns: nobody has more than a few seats of a performance.
fn single_holds(many: usize, halls: &[Hall], fans: &[Fan]) -> anyhow::Result<Vec<Vec<u8>>> {
    let seats = halls.iter().flat_map(|hall| hall.seats.iter().map(|seat| (hall.schedule, *seat)));
    seats
        .take(many)
        .zip(fans.iter().cycle())
        .map(|((schedule, seat), fan)| hold(fan, schedule, vec![seat]))
        .collect()
}

async fn single_seats(stage: &Stage<'_>, fans: &[Fan]) -> anyhow::Result<Row> {
    let (bench, scale, database) = (stage.bench, stage.bench.scale, &stage.database);
    let per_round = scale.holds.div_ceil(scale.hall);
    let halls = stage.halls(per_round * scale.rounds, scale.hall).await?;
    let copies = ["sales", "seats", "reservations"].map(|table| ("reservation", table));
    tables::copy(database, &copies).await?;
    let each = scale.holds / bench.clients;
    let prepared = each * bench.clients * scale.rounds + 1;
    database.sql(&SEATS.replace(":seats", &prepared.to_string())).await?;
    let before = database.count(HELD).await?;
    let mut row = Row::new("P4", "single-seat holds, spread seats", "holds/s", Goal::RatioAtLeast(1.0));
    let mut statements = Side::new("pgbench, one statement each");
    for (round, halls) in halls.chunks(per_round).enumerate() {
        let requests = single_holds(scale.holds, halls, fans)?;
        let door = stage.door(Service::Reservation)?;
        let shots = Shots { requests: &requests, expected: 201, again: false };
        row.ours.rate(&blocking(|| shots.fire(door, stage.exhausting()))?);
        let base = (each * bench.clients * round).to_string();
        let variables = vec![("n", "0".to_owned()), ("base", base), ("each", each.to_string())];
        let until = Until::Each(each);
        let script = Script { name: "hold", sql: HOLD, variables, clients: bench.clients, until };
        statements.rounds.push(database.pgbench(&script).await?);
    }
    let held = database.count(HELD).await? - before;
    let done = row.ours.measured.done;
    row.check(held == done, || format!("{done} holds were acknowledged, and {held} seats are held"));
    let theirs = database.count("SELECT count(*) FROM yardstick.reservations").await?;
    let pgbench = prepared - 1;
    row.check(usize::try_from(theirs)? == pgbench, || format!("pgbench placed {theirs} of {pgbench} holds"));
    let size = halls.len();
    row.note(format!("{size} performances of {} seats, {} fans with passes", scale.hall, fans.len()));
    Ok(row.against(statements))
}

/// One client, one hold after the other, by turns of eight seats and of one; each pair by another fan.
async fn eight_seats(stage: &Stage<'_>, fans: &[Fan]) -> anyhow::Result<Row> {
    let scale = stage.bench.scale;
    let per_hall = (scale.hall / (MANY + 1)).max(1);
    let pairs = scale.pairs_of_holds * scale.rounds;
    let halls = stage.halls(pairs.div_ceil(per_hall), scale.hall).await?;
    let groups =
        halls.iter().flat_map(|hall| hall.seats.chunks_exact(MANY + 1).map(|seats| (hall.schedule, seats)));
    let mut asked = groups.zip(fans);
    let mut row =
        Row::new("P5", "hold of 8 seats beside one of 1, median latency", "ms", Goal::RatioAtMost(1.5));
    let mut ones = Side::new("hold of 1 seat");
    let mut connection = Connection::open(stage.door(Service::Reservation)?).await?;
    for _ in 0..scale.rounds {
        let (mut eight, mut one) = (Measured::default(), Measured::default());
        for ((schedule, seats), fan) in asked.by_ref().take(scale.pairs_of_holds) {
            let (single, many) = seats.split_first().context("a group of seats without one")?;
            let hold_of_many = hold(fan, schedule, many.to_vec())?;
            timed(&mut connection, &hold_of_many, &mut eight).await?;
            timed(&mut connection, &hold(fan, schedule, vec![*single])?, &mut one).await?;
        }
        row.ours.round(eight.percentile(50.0), &eight);
        ones.round(one.percentile(50.0), &one);
    }
    row.note(format!("{} pairs a round, one client", scale.pairs_of_holds));
    Ok(row.against(ones))
}

async fn timed(connection: &mut Connection, request: &[u8], measured: &mut Measured) -> anyhow::Result<()> {
    let asked = std::time::Instant::now();
    let answer = connection.ask(request, Body::Skip).await?;
    let (status, sample) = (answer.status, answer.sample());
    let latency = asked.elapsed();
    if status == 201 {
        measured.done(latency, latency);
    } else {
        measured.failed(sample);
    }
    Ok(())
}
