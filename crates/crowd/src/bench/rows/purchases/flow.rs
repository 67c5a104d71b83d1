//! The flow that the peers were measured with: poll, seat map, hold, pay; users a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::buyer::{Till, member};
use super::moneyed;
use crate::bench::fans::{Fan, Waiting, entries};
use crate::bench::halls::Hall;
use crate::bench::load::{Body, Client, Connection, Measured, Turn, request, run};
use crate::bench::row::{Goal, Row};
use crate::bench::rows::holds::hold;
use crate::bench::stage::{Stage, blocking};
use crate::bench::table::rounded;
use crate::promoter::MAIN_QUEUE;
use crate::stack::Service;

/// The peers' best with a map of 2,000 seats or fewer, measured beforehand (design notes, "Peers").
const BEST_PEER: f64 = 221.0;

/// Somebody who comes, looks, chooses and pays, and then the next.
struct Visitor<'a> {
    queue: Connection,
    concert: Connection,
    till: Till,
    visits: Arc<Visits<'a>>,
}

struct Visits<'a> {
    poll: String,
    fans: Vec<(Waiting, &'a Hall, uuid::Uuid)>,
    next: AtomicUsize,
}

impl Client for Visitor<'_> {
    async fn turn(&mut self) -> anyhow::Result<Turn> {
        let Visits { poll, fans, next } = &*self.visits;
        let Some((fan, hall, seat)) = fans.get(next.fetch_add(1, Ordering::Relaxed)) else {
            return Ok(Turn::Exhausted);
        };
        let standing = self.queue.ask(&request::get(poll, &fan.queue_token), Body::Keep).await?;
        let Some(pass) = member(&standing, b"\"pass\":\"").filter(|_| standing.status == 200) else {
            return Ok(Turn::Unexpected(standing.sample()));
        };
        let look = request::get(&format!("/v1/schedules/{}/seats", hall.schedule), pass);
        let map = self.concert.ask(&look, Body::Skip).await?;
        if map.status != 200 {
            return Ok(Turn::Unexpected(map.sample()));
        }
        let pass = pass.to_owned();
        let fan = Fan { user: fan.user.clone(), pass };
        self.till.buy(&hold(&fan, hall.schedule, vec![*seat])?, &fan.pass, &fan.user.access).await
    }
}

pub async fn row(stage: &Stage<'_>) -> anyhow::Result<Row> {
    let scale = stage.bench.scale;
    let per_round = scale.flow_fans.div_ceil(scale.flow_hall);
    let halls = stage.halls(per_round * scale.rounds, scale.flow_hall).await?;
    let what = format!("poll + seats + hold + pay, maps of {} seats", scale.flow_hall);
    let mut row = Row::new("flow", what, "users/s", Goal::RatioAtLeast(20.0));
    for halls in halls.chunks(per_round) {
        row.ours.rate(&visit(stage, halls).await?);
    }
    if let Some(latencies) = row.ours.latencies {
        row.note(format!(
            "the whole of it: p50 {} ms, p99 {} ms",
            rounded(latencies.p50),
            rounded(latencies.p99)
        ));
    }
    row.note(format!("{} fans a round", scale.flow_fans));
    Ok(row.against_peer(BEST_PEER, "pgbench-N"))
}

async fn visit(stage: &Stage<'_>, halls: &[Hall]) -> anyhow::Result<Measured> {
    let fans = moneyed(stage, stage.bench.scale.flow_fans).await?;
    let seats = halls.iter().flat_map(|hall| hall.seats.iter().map(move |seat| (hall, *seat)));
    let fans = fans.into_iter().zip(seats).map(|(fan, (hall, seat))| (fan, hall, seat)).collect();
    let poll = format!("{}/me", entries(MAIN_QUEUE));
    let visits = Arc::new(Visits { poll, fans, next: AtomicUsize::new(0) });
    let doors = [Service::Queue, Service::Concert, Service::Reservation].map(|service| stage.door(service));
    let [queue, concert, reservation] = doors;
    let (queue, concert, reservation) = (queue?, concert?, reservation?);
    blocking(|| {
        run(stage.exhausting(), async |_| {
            Ok(Visitor {
                queue: Connection::open(queue).await?,
                concert: Connection::open(concert).await?,
                till: Till::open(reservation).await?,
                visits: Arc::clone(&visits),
            })
        })
    })
}
