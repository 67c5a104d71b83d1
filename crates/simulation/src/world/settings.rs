use std::time::Duration;

use chrono::TimeDelta;
use domain::queue::AdmissionPolicy;
use domain::reservation::HoldPolicy;

use crate::chance::Chance;
use crate::executor::Process;

/// How a world is set up: small and crowded, so that everything gets in everything's way.
#[derive(Clone, Debug)]
pub struct Settings {
    pub fans: u8,
    pub seats: u32,
    pub admission: AdmissionPolicy,
    pub hold: HoldPolicy,
    /// Won.
    pub price: i64,
    /// How far each service's clock is off, in the order of `Process::SERVICES`.
    pub clocks: [TimeDelta; 4],
    pub intervals: Intervals,
}

/// How often the services' jobs look, as in their `config/default.toml`, or slower: a real one looks
/// mostly in vain, which costs steps and shows nothing.
#[derive(Clone, Copy, Debug)]
pub struct Intervals {
    pub admission: Duration,
    pub sweep: Duration,
    pub outbox: Duration,
    pub recovery: Duration,
    pub charges: Duration,
    pub revocations: Duration,
}

impl Settings {
    pub fn drawn(chance: &mut Chance) -> Self {
        let admission = AdmissionPolicy {
            max_active: chance.between(1, 3),
            admit_per_minute: chance.one_in(6).then(|| chance.between(1, 3)),
            pass_ttl_seconds: chance.between(4, 30),
        };
        let hold =
            HoldPolicy { hold_ttl_seconds: chance.between(1, 10), max_seats_per_user: chance.between(1, 3) };
        let five_minutes = [TimeDelta::zero(), TimeDelta::minutes(5), -TimeDelta::minutes(5)];
        let skewed = chance.one_in(3);
        let clocks = [(); 4].map(|()| {
            let drawn = chance.pick(&five_minutes).copied().unwrap_or_default();
            if skewed { drawn } else { TimeDelta::zero() }
        });
        Self {
            fans: u8::try_from(chance.between(3, 6)).unwrap_or(3),
            seats: chance.between(2, 4),
            admission,
            hold,
            price: 10_000,
            clocks,
            intervals: Intervals::drawn(chance),
        }
    }
}

impl Settings {
    /// How far the clock of a process is off.
    pub fn clock_of(&self, process: Process) -> TimeDelta {
        let place = Process::SERVICES.iter().position(|service| *service == process);
        place.and_then(|place| self.clocks.get(place).copied()).unwrap_or_default()
    }
}

impl Intervals {
    fn drawn(chance: &mut Chance) -> Self {
        let mut every = |millis: u64, slower: &[u64]| {
            let factor = chance.pick(slower).copied().unwrap_or(1);
            Duration::from_millis(millis * factor)
        };
        Self {
            admission: every(200, &[1, 4, 5]),
            sweep: every(1_000, &[1, 2, 4]),
            outbox: every(500, &[1, 2, 4]),
            recovery: every(1_000, &[1, 2, 3]),
            charges: every(1_000, &[1, 2, 4]),
            revocations: every(400, &[1, 4, 8]),
        }
    }
}
