//! P1: polls in a line of a million beside a constant. P2: beside polls in a short line. And beside the best peer.

use anyhow::Context;

use crate::bench::constant::Constant;
use crate::bench::load::{Body, Connection, Measured, Shots};
use crate::bench::row::{Goal, Row, Side};
use crate::bench::stage::{Stage, blocking};
use crate::stack::Service;

use super::Rows;
use super::line::Full;

/// The peers' best at 50,000 waiting, measured beforehand (design notes, "Peers").
const BEST_PEER: f64 = 9_400.0;

pub async fn measure(stage: &Stage<'_>, lines: &Full, rows: &mut Rows) -> anyhow::Result<()> {
    let wants = |id| stage.bench.options.wants(id);
    if !(wants("P1") || wants("P2") || wants("peers-poll")) {
        return Ok(());
    }
    let door = stage.door(Service::Queue)?;
    let (million, peers, few) = (lines.million.polls(), lines.peers.polls(), lines.few.polls());
    let one = million.first().context("nobody polls")?;
    let bytes = Connection::open(door).await?.ask(one, Body::Skip).await?.length;
    let constant = Constant::start(&stage.bench.binaries, bytes).await?;
    let poll = |requests: &[Vec<u8>], door| {
        let shots = Shots { requests, expected: 200, again: true };
        blocking(|| shots.fire(door, stage.timed()))
    };
    let mut sides =
        ["ours", "constant answer of the same size", "ours in a short line", "ours"].map(Side::new);
    for _ in 0..stage.bench.scale.rounds {
        let rounds =
            [poll(&million, door)?, poll(&million, constant.door)?, poll(&few, door)?, poll(&peers, door)?];
        sides.iter_mut().zip(&rounds).for_each(|(side, round): (&mut Side, &Measured)| side.rate(round));
    }
    let [ours, constant, short, at_peers] = sides;
    let what = |waiting: usize, of: &str| format!("status polls, {waiting} waiting{of}");
    let long = lines.million.waiting;
    let mut first = Row::new("P1", what(long, ""), "polls/s", Goal::RatioAtLeast(0.9)).against(constant);
    first.note(format!("answers of {bytes} bytes; the poll budget is off, so that each is a whole one"));
    first.ours = ours.clone();
    let against = format!(" beside {}", lines.few.waiting);
    let mut second = Row::new("P2", what(long, &against), "polls/s", Goal::RatioAtLeast(0.9)).against(short);
    second.ours = ours;
    let what = what(lines.peers.waiting, " beside the best peer");
    let mut third = Row::new("peers-poll", what, "polls/s", Goal::RatioAtLeast(8.0));
    third = third.against_peer(BEST_PEER, "pgbench-S");
    third.ours = at_peers;
    for mut row in [first, second, third] {
        if wants(row.id) {
            stage.audit(&mut row).await?;
            rows.add(row);
        }
    }
    Ok(())
}
