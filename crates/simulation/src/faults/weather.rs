//! Which faults a world has, and until when.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::cells::possible;
use super::{Fault, Step};
use crate::chance::Chance;
use crate::executor::{Moment, Process};
use crate::world::Disaster;

/// Which disasters a world has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Brewing {
    None,
    Drawn,
    Certain(Disaster),
}

/// The faults of one world. They end all at once, and from then on everything must come to rest.
pub struct Weather {
    /// Per mille and by fault: how often it falls where it can.
    rates: [u32; Fault::ALL.len()],
    /// Their sum: most draws are above it and need no further look.
    total: u32,
    /// One cell that is made to fire in this world, so that rare ones are seen too.
    focus: Option<(Step, Fault)>,
    focus_left: AtomicU32,
    pub heals_at: Moment,
    /// A step that suffers one fault until a moment, however often it is tried: so that what only follows a long
    /// silence is seen too.
    siege: Option<(Step, Fault, Moment)>,
    /// What befalls processes and seats beside the faults of single steps.
    pub disasters: Brewing,
    /// By service: while it lasts nothing reaches its store.
    pub store_restarts: [Option<(Moment, Moment)>; 4],
}

impl Weather {
    /// Nothing ever goes wrong.
    pub fn fair() -> Self {
        Self {
            rates: [0; Fault::ALL.len()],
            total: 0,
            focus: None,
            focus_left: AtomicU32::new(0),
            siege: None,
            heals_at: Moment::default(),
            disasters: Brewing::None,
            store_restarts: [None; 4],
        }
    }

    /// One fault alone, on one step alone, the first `times` times that it can fall.
    pub fn only(step: Step, fault: Fault, times: u32, heals_at: Moment) -> Self {
        Self { focus: Some((step, fault)), focus_left: AtomicU32::new(times), heals_at, ..Self::fair() }
    }

    /// One disaster alone, and no fault.
    pub fn certain(disaster: Disaster) -> Self {
        Self { disasters: Brewing::Certain(disaster), ..Self::fair() }
    }

    /// The same, with a step that suffers a fault without end until `until`.
    #[must_use]
    pub fn besieged(self, step: Step, fault: Fault, until: Moment) -> Self {
        let heals_at = self.heals_at.max(until);
        Self { siege: Some((step, fault, until)), heals_at, ..self }
    }

    /// Some worlds are calm, some rough, some have a single kind of fault.
    pub fn drawn(chance: &mut Chance) -> Self {
        let heals_at = Moment::default() + Duration::from_secs(chance.between(2, 12).into());
        let mut weather = Self { heals_at, disasters: Brewing::Drawn, ..Self::fair() };
        match chance.below(10) {
            0 => {}
            1..=4 => weather.draw_rates(chance, 500, 30),
            5..=7 => weather.draw_rates(chance, 300, 120),
            _ => weather.draw_single(chance),
        }
        weather.total = weather.rates.iter().sum();
        if chance.per_mille(700) {
            let seldom = chance.one_in(2);
            let cells: Vec<_> = possible().filter(|(step, _)| step.is_seldom_taken() == seldom).collect();
            weather.focus = chance.pick(&cells).copied();
            weather.focus_left = AtomicU32::new(chance.between(1, 3));
        }
        weather.besiege(chance);
        for restart in &mut weather.store_restarts {
            if chance.one_in(16) {
                let from = Moment::from_millis(chance.between(0, 8_000).into());
                *restart = Some((from, from + chance.millis(200, 3_000)));
            }
        }
        weather
    }

    /// A void follows 20 s without an answer to the debit, and a top-up is cancelled after a minute without one.
    fn besiege(&mut self, chance: &mut Chance) {
        let seeks = |steps: &[Step]| self.focus.is_some_and(|(step, _)| steps.contains(&step));
        let (step, seconds) = if seeks(&[Step::AskVoid, Step::Void]) || chance.one_in(24) {
            (Step::AskDebit, chance.between(22, 32))
        } else if seeks(&[Step::AskCancel]) || chance.one_in(100) {
            (Step::AskCapture, 72)
        } else {
            return;
        };
        let silent =
            [Fault::AnswerLost, Fault::CallLost, Fault::CallLate, Fault::PeerDown, Fault::PeerTakes30Seconds];
        let Some(fault) = chance.pick(&silent) else { return };
        let until = Moment::default() + Duration::from_secs(seconds.into());
        self.siege = Some((step, *fault, until));
        self.heals_at = self.heals_at.max(until + chance.millis(2_000, 8_000));
    }

    /// Each fault with the chance `enabled` per mille, at up to `most` per mille.
    fn draw_rates(&mut self, chance: &mut Chance, enabled: u32, most: u32) {
        for (rate, fault) in self.rates.iter_mut().zip(Fault::ALL) {
            if chance.per_mille(enabled) {
                *rate = chance.between(1, most) / fault.mildness();
            }
        }
    }

    fn draw_single(&mut self, chance: &mut Chance) {
        let chosen = chance.place(Fault::ALL.len());
        for (place, (rate, fault)) in self.rates.iter_mut().zip(Fault::ALL).enumerate() {
            if Some(place) == chosen {
                *rate = chance.between(50, 400) / fault.mildness();
            }
        }
    }

    /// Whether the fault that is sought out falls on refunds, so that there had better be some.
    pub fn seeks_refunds(&self) -> bool {
        self.focus.is_some_and(|(step, _)| matches!(step, Step::AskRefund | Step::Refund))
    }

    /// What befalls `step` now, out of `faults`.
    pub fn strike(&self, now: Moment, chance: &mut Chance, step: Step, faults: &[Fault]) -> Option<Fault> {
        if now >= self.heals_at {
            return None;
        }
        if let Some((besieged, fault, until)) = self.siege
            && besieged == step
            && now < until
            && faults.contains(&fault)
        {
            return Some(fault);
        }
        let possible = |fault: &&Fault| fault.impossible_at(step).is_none();
        if let Some((focus, fault)) = self.focus
            && focus == step
            && faults.contains(&fault)
            && self.focus_left.load(Ordering::Relaxed) > 0
            && chance.per_mille(500)
        {
            self.focus_left.fetch_sub(1, Ordering::Relaxed);
            return Some(fault);
        }
        let mut drawn = if self.total > 0 { chance.below(1_000) } else { 1_000 };
        if drawn >= self.total {
            return None;
        }
        for fault in faults.iter().filter(possible) {
            let rate = self.rates.get(fault.index()).copied().unwrap_or(0);
            if drawn < rate {
                return Some(*fault);
            }
            drawn -= rate;
        }
        None
    }

    /// Whether nothing reaches the store of `process` at the moment.
    pub fn store_is_down(&self, process: Process, now: Moment) -> bool {
        let place = Process::SERVICES.iter().position(|service| *service == process);
        let restart = place.and_then(|place| self.store_restarts.get(place).copied().flatten());
        restart.is_some_and(|(from, to)| from <= now && now < to)
    }
}

impl Fault {
    /// By how much rarer a fault is drawn because each of it costs a restart, or half a minute.
    const fn mildness(self) -> u32 {
        match self {
            Self::KilledWhileWaiting | Self::KilledBeforeCommit | Self::KilledAfterCommit => 5,
            Self::PeerTakes30Seconds | Self::DriverStallsPastItsLease | Self::CallLate | Self::SlowStore => 2,
            Self::PeerDown
            | Self::CallLost
            | Self::AnswerLost
            | Self::CallDuplicated
            | Self::CallDuplicatedLate
            | Self::ClientResetsTheConnection
            | Self::PoolExhausted
            | Self::SerializationFailure
            | Self::CommitUnknown
            | Self::ClockOffBy5Minutes => 1,
        }
    }
}
