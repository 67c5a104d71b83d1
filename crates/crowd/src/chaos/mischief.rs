//! Carrying the plan out.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::time::{Instant, sleep};

use super::plan::{Plan, draw_burst};
use crate::proxy::Trouble;
use crate::stack::{Member, Network, Stack, Way};

/// What was done to the stack.
#[derive(Debug, Default)]
pub(super) struct Damage {
    /// Or restarts in good order.
    kills: Mutex<BTreeMap<String, u64>>,
    total: AtomicUsize,
    pub(super) bursts: AtomicU64,
}

impl Damage {
    pub(super) fn kills(&self) -> usize {
        self.total.load(Ordering::Relaxed)
    }

    pub(super) fn by_member(&self) -> BTreeMap<String, u64> {
        self.kills.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn killed(&self, member: Member) {
        self.total.fetch_add(1, Ordering::Relaxed);
        let mut kills = self.kills.lock().unwrap_or_else(PoisonError::into_inner);
        *kills.entry(member.to_string()).or_default() += 1;
    }
}

/// When it has been enough.
#[derive(Clone, Copy, Debug)]
pub(super) enum Enough {
    At(Instant),
    Kills(usize),
}

impl Enough {
    fn is_reached(self, damage: &Damage) -> bool {
        match self {
            Self::At(end) => Instant::now() >= end,
            Self::Kills(kills) => damage.kills() >= kills,
        }
    }
}

/// Kills and breaks until it is enough; nothing is broken any more when it returns.
pub(super) async fn wreak(
    stack: &Stack,
    damage: &Damage,
    plan: Plan,
    disturbance: Disturbance<'_>,
    enough: Enough,
) {
    tokio::select! {
        () = kill(stack, damage, plan, enough) => {}
        () = disturb(damage, &disturbance) => {}
    }
    disturbance.network.heal();
}

/// Restarts every service in good order, one process after the other, round after round until it is enough.
pub(super) async fn roll(stack: &Stack, damage: &Damage, enough: Enough) -> anyhow::Result<()> {
    let services: Vec<Member> =
        stack.members().into_iter().filter(|member| *member != Member::Postgres).collect();
    while !enough.is_reached(damage) {
        for member in &services {
            stack.rest(*member).await;
            stack.start_again(*member).await;
            stack.serves(*member).await?;
            damage.killed(*member);
        }
    }
    Ok(())
}

/// How the network is to be disturbed.
pub(super) struct Disturbance<'a> {
    pub(super) network: &'a Network,
    pub(super) per_minute: f64,
    pub(super) seed: u64,
}

async fn kill(stack: &Stack, damage: &Damage, mut plan: Plan, enough: Enough) {
    loop {
        let strike = plan.next_strike();
        sleep(strike.after).await;
        if enough.is_reached(damage) {
            return;
        }
        let kills = strike.victims.iter().map(|(member, outage)| async move {
            if stack.kill(*member, *outage).await {
                damage.killed(*member);
            }
        });
        futures_util::future::join_all(kills).await;
        if enough.is_reached(damage) {
            return;
        }
    }
}

/// Faults that overlap as they come.
async fn disturb(damage: &Damage, disturbance: &Disturbance<'_>) {
    let &Disturbance { network, per_minute, seed } = disturbance;
    if per_minute <= 0.0 {
        return std::future::pending().await;
    }
    let mut random = StdRng::seed_from_u64(seed);
    let mut bursts = Bursts::default();
    loop {
        let burst = draw_burst(&mut random, per_minute);
        let next = Instant::now() + burst.after;
        while Instant::now() < next {
            let first = bursts.first_end().unwrap_or(next).min(next);
            sleep(first.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))).await;
            for (way, trouble) in bursts.end(Instant::now()) {
                network.afflict(way, trouble);
            }
        }
        let Some((way, link)) = network.pick(&mut random) else { return std::future::pending().await };
        link.afflict(Some(burst.trouble));
        damage.bursts.fetch_add(1, Ordering::Relaxed);
        bursts.begin(*way, burst.trouble, Instant::now() + burst.lasts);
    }
}

/// What disturbs the links now, in the order in which it began. A link has the trouble that began last; when that ends, the
/// one before it goes on for as long as it lasts.
#[derive(Debug, Default)]
struct Bursts(Vec<(Way, Trouble, Instant)>);

impl Bursts {
    fn begin(&mut self, way: Way, trouble: Trouble, end: Instant) {
        self.0.push((way, trouble, end));
    }

    fn first_end(&self) -> Option<Instant> {
        self.0.iter().map(|(_, _, end)| *end).min()
    }

    /// The links of which something has ended, and what is left of it there.
    fn end(&mut self, now: Instant) -> Vec<(Way, Option<Trouble>)> {
        let ended: Vec<Way> = self.0.extract_if(.., |(_, _, end)| *end <= now).map(|(way, ..)| way).collect();
        let left =
            |way: Way| self.0.iter().rfind(|(other, ..)| *other == way).map(|(_, trouble, _)| *trouble);
        ended.into_iter().map(|way| (way, left(way))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::Service;

    #[test]
    fn a_burst_on_a_link_that_is_disturbed_already_ends_for_itself_alone() {
        let (begun, mut random) = (Instant::now(), StdRng::seed_from_u64(1));
        let at = |seconds| begun + Duration::from_secs(seconds);
        let (way, other) = (Way::Door(Service::Queue), Way::Database(Service::Queue));
        let trouble = [0; 4].map(|_| Trouble::draw(&mut random));
        let mut bursts = Bursts::default();
        for (number, (way, end)) in [(way, 9), (way, 3), (other, 5), (way, 7)].into_iter().enumerate() {
            bursts.begin(way, trouble[number], at(end));
        }
        let mut next = |at: Instant| {
            assert_eq!(bursts.first_end(), Some(at));
            format!("{:?}", bursts.end(at))
        };
        let says = |way: Way, left: Option<Trouble>| format!("{:?}", vec![(way, left)]);
        assert_eq!(next(at(3)), says(way, Some(trouble[3])));
        assert_eq!(next(at(5)), says(other, None));
        assert_eq!(next(at(7)), says(way, Some(trouble[0])));
        assert_eq!(next(at(9)), says(way, None));
        assert_eq!(bursts.first_end(), None);
    }
}
