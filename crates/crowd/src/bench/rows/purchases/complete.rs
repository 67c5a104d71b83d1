//! P6: hold → pay → captured over three services, beside `pgbench` with the rows of all of them in one transaction.
//!
//! A round is over when the queue has finished the last pass that paid: those events travel behind the answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Context;

use super::buyer::Till;
use super::moneyed;
use crate::bench::database::{Script, Until};
use crate::bench::fans::Fan;
use crate::bench::halls::Hall;
use crate::bench::load::{Client, Measured, Turn, run};
use crate::bench::row::{Goal, Row, Side};
use crate::bench::rows::holds::hold;
use crate::bench::rows::tables;
use crate::bench::stage::{Stage, blocking};
use crate::promoter::MAIN_QUEUE;
use crate::stack::Service;

const PURCHASE: &str = include_str!("../../sql/purchase.sql");
const PREPARE: &str = include_str!("../../sql/purchase_rows.sql");
const CAPTURED: &str = "SELECT count(*) FROM reservation.payments WHERE state = 'captured'";
/// In the order of their foreign keys.
const TABLES: [(&str, &str); 10] = [
    ("reservation", "sales"),
    ("reservation", "seats"),
    ("reservation", "reservations"),
    ("reservation", "payments"),
    ("reservation", "tickets"),
    ("wallet", "wallets"),
    ("wallet", "debits"),
    ("wallet", "journal_lines"),
    ("queue", "queues"),
    ("queue", "entries"),
];

/// One after the other takes the next purchase.
struct Buyer<'a> {
    till: Till,
    purchases: &'a [(Fan, Vec<u8>)],
    next: &'a AtomicUsize,
}

impl Client for Buyer<'_> {
    async fn turn(&mut self) -> anyhow::Result<Turn> {
        let next = self.purchases.get(self.next.fetch_add(1, Ordering::Relaxed));
        let Some((fan, hold)) = next else { return Ok(Turn::Exhausted) };
        self.till.buy(hold, &fan.pass, &fan.user.access).await
    }
}

pub async fn row(stage: &Stage<'_>) -> anyhow::Result<Row> {
    let (bench, scale, database) = (stage.bench, stage.bench.scale, &stage.database);
    let per_round = scale.purchases.div_ceil(scale.hall);
    let halls = stage.halls(per_round * scale.rounds, scale.hall).await?;
    tables::copy(database, &TABLES).await?;
    let each = scale.purchases / bench.clients;
    let prepared = each * bench.clients * scale.rounds + 1;
    database.sql(&PREPARE.replace(":many", &prepared.to_string())).await?;
    let before = database.count(CAPTURED).await?;
    let mut row =
        Row::new("P6", "hold → pay → captured, three services", "purchases/s", Goal::RatioAtLeast(1.0));
    let mut transactions = Side::new("pgbench, one transaction each");
    for (round, halls) in halls.chunks(per_round).enumerate() {
        let (figure, measured) = buy(stage, halls).await?;
        row.ours.round(figure, &measured);
        let base = (each * bench.clients * round).to_string();
        let variables = vec![("n", "0".to_owned()), ("base", base), ("each", each.to_string())];
        let until = Until::Each(each);
        let script = Script { name: "purchase", sql: PURCHASE, variables, clients: bench.clients, until };
        transactions.rounds.push(database.pgbench(&script).await?);
    }
    let sold = database.count(CAPTURED).await? - before;
    let done = row.ours.measured.done;
    row.check(sold == done, || format!("{done} payments were acknowledged, and {sold} are captured"));
    let theirs = database.count("SELECT count(*) FROM yardstick.tickets").await?;
    row.check(usize::try_from(theirs)? == prepared - 1, || {
        format!("pgbench sold {theirs} of {}", prepared - 1)
    });
    row.note(format!("{} purchases a round, until the last pass is finished", scale.purchases));
    Ok(row.against(transactions))
}

/// One round: purchases a second, and how long the fans waited.
async fn buy(stage: &Stage<'_>, halls: &[Hall]) -> anyhow::Result<(f64, Measured)> {
    let fans = stage.passes(moneyed(stage, stage.bench.scale.purchases).await?, MAIN_QUEUE)?;
    let seats = halls.iter().flat_map(|hall| hall.seats.iter().map(|seat| (hall.schedule, *seat)));
    let purchases = fans.into_iter().zip(seats).map(|(fan, (schedule, seat))| {
        let hold = hold(&fan, schedule, vec![seat])?;
        Ok((fan, hold))
    });
    let purchases = purchases.collect::<anyhow::Result<Vec<_>>>()?;
    let inside = stage.overview(MAIN_QUEUE).await?.admitted;
    let door = stage.door(Service::Reservation)?;
    let next = AtomicUsize::new(0);
    let measured = blocking(|| {
        run(stage.exhausting(), async |_| {
            Ok(Buyer { till: Till::open(door).await?, purchases: &purchases, next: &next })
        })
    })?;
    let answered = Instant::now();
    let left = inside.checked_sub(measured.done).context("more have bought than were inside")?;
    stage.until_inside(MAIN_QUEUE, left).await?;
    let mut whole = measured.clone();
    whole.elapsed += answered.elapsed();
    Ok((whole.rate(), measured))
}
