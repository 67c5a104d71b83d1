//! When what is killed, and which links break: drawn from a seed.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::proxy::Trouble;
use crate::stack::Member;

/// Members that die at once, and how long after the last strike.
#[derive(Clone, Debug)]
pub(super) struct Strike {
    pub(super) after: Duration,
    /// Each with the time until it is started again.
    pub(super) victims: Vec<(Member, Duration)>,
}

/// Strikes without end. Victims are drawn from a bag that is filled again when it is empty, so that everybody dies
/// before anybody dies three times.
pub(super) struct Plan {
    random: StdRng,
    mean_gap: Duration,
    victims: Vec<Member>,
    bag: Vec<Member>,
}

/// One in ten outages lasts longer than a client's patience.
const SHORT_OUTAGE_MS: std::ops::Range<u64> = 0..800;
const LONG_OUTAGE_MS: std::ops::Range<u64> = 2_000..5_000;
/// Victims per strike, on average: 75 % one, 20 % two, 5 % three.
const MEAN_VICTIMS: f64 = 1.3;

impl Plan {
    pub(super) fn new(seed: u64, kills_per_minute: f64, victims: Vec<Member>) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
            mean_gap: every(kills_per_minute / MEAN_VICTIMS),
            victims,
            bag: Vec::new(),
        }
    }

    fn draw(&mut self, many: usize) -> Vec<Member> {
        let mut victims = Vec::new();
        while victims.len() < many.min(self.victims.len()) {
            match self.bag.iter().position(|member| !victims.contains(member)) {
                Some(drawn) => victims.push(self.bag.swap_remove(drawn)),
                None => {
                    let mut refill = self.victims.clone();
                    refill.shuffle(&mut self.random);
                    self.bag.extend(refill);
                }
            }
        }
        victims
    }

    pub(super) fn next_strike(&mut self) -> Strike {
        let many = match self.random.random_range(0..100) {
            0..75 => 1,
            75..95 => 2,
            _ => 3,
        };
        let victims = self.draw(many);
        let random = &mut self.random;
        let after = self.mean_gap.mul_f64(random.random_range(0.4..1.6));
        let mut outage = || {
            let range = if random.random_bool(0.1) { LONG_OUTAGE_MS } else { SHORT_OUTAGE_MS };
            Duration::from_millis(random.random_range(range))
        };
        Strike { after, victims: victims.into_iter().map(|victim| (victim, outage())).collect() }
    }
}

/// The pause that makes so many a minute.
fn every(per_minute: f64) -> Duration {
    Duration::from_secs_f64(60.0 / per_minute.max(0.1))
}

/// One fault of one link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Burst {
    pub(super) after: Duration,
    pub(super) trouble: Trouble,
    pub(super) lasts: Duration,
}

const BURST_MS: std::ops::Range<u64> = 100..3_000;

pub(super) fn draw_burst(random: &mut StdRng, per_minute: f64) -> Burst {
    Burst {
        after: every(per_minute).mul_f64(random.random_range(0.2..1.8)),
        trouble: Trouble::draw(random),
        lasts: Duration::from_millis(random.random_range(BURST_MS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strikes(seed: u64) -> Vec<Strike> {
        let mut plan = Plan::new(seed, 24.0, Member::ALL.to_vec());
        (0..1_000).map(|_| plan.next_strike()).collect()
    }

    #[test]
    fn the_same_seed_is_the_same_plan() {
        let plan = |seed| format!("{:?}", strikes(seed));
        assert_eq!(plan(1), plan(1));
        assert_ne!(plan(1), plan(2));
    }

    #[test]
    fn everybody_is_killed_at_the_rate_asked_for_and_sometimes_several_at_once() {
        let strikes = strikes(7);
        let kills: usize = strikes.iter().map(|strike| strike.victims.len()).sum();
        let minutes = strikes.iter().map(|strike| strike.after).sum::<Duration>().as_secs_f64() / 60.0;
        let rate = f64::from(u32::try_from(kills).unwrap()) / minutes;
        assert!((21.6..26.4).contains(&rate), "{rate} kills per minute");
        for member in Member::ALL {
            let dies = |strike: &&Strike| strike.victims.iter().any(|(victim, _)| *victim == member);
            assert!(strikes.iter().filter(dies).count() > 100, "{member}");
            assert!(strikes.iter().take(10).any(|strike| dies(&strike)), "{member} among the first");
        }
        assert!(strikes.iter().any(|strike| strike.victims.len() == 3));
    }
}
