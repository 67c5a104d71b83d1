//! Asking again until it is known.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::Rng;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Ask, Caller, Outcome, Reply};

/// Where nobody says how long to wait; drawn from, so that a crowd does not come back as one.
const PAUSE_MS: std::ops::Range<u64> = 50..400;

/// How far the run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Open,
    /// Nothing new is begun; what is unknown is asked about until then.
    Closing {
        give_up_at: Instant,
    },
}

/// Tells everybody in the crowd when it ends.
#[derive(Clone, Debug)]
pub struct Curtain(watch::Receiver<Phase>);

impl Curtain {
    pub fn new() -> (watch::Sender<Phase>, Self) {
        let (sender, receiver) = watch::channel(Phase::Open);
        (sender, Self(receiver))
    }

    pub fn is_open(&self) -> bool {
        *self.0.borrow() == Phase::Open
    }

    fn is_over(&self) -> bool {
        match *self.0.borrow() {
            Phase::Open => false,
            Phase::Closing { give_up_at } => Instant::now() >= give_up_at,
        }
    }

    /// Waits, but not into the end.
    pub async fn pause(&self, pause: Duration) {
        let mut phase = self.0.clone();
        let closing = async {
            if phase.wait_for(|phase| *phase != Phase::Open).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = closing => {}
        }
    }
}

/// How a fan behaves on the line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manners {
    /// Of a hundred commands, those that the fan does not wait out but hangs up on.
    pub hang_up_percent: u32,
}

/// What the crowd has met, counted.
#[derive(Debug, Default)]
pub struct Tally {
    pub answers: AtomicU64,
    /// Requests without an answer.
    pub lost: AtomicU64,
    /// Commands whose outcome was unknown at some time.
    pub unknown: AtomicU64,
    /// Those that an answer to the same command decided in the end.
    pub resolved: AtomicU64,
    pub hung_up: AtomicU64,
    /// 503.
    pub unavailable: AtomicU64,
    /// The longest that a command took to be known, in milliseconds.
    pub longest_ms: AtomicU64,
    /// Any other 5xx, by route.
    failures: Mutex<BTreeMap<String, u64>>,
    given_up_on: Mutex<Vec<String>>,
}

impl Tally {
    fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub fn read(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }

    /// Answers of 5xx other than 503.
    pub fn failures(&self) -> BTreeMap<String, u64> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Commands that had no answer when the run was over.
    pub fn given_up_on(&self) -> Vec<String> {
        self.given_up_on.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn give_up_on(&self, ask: &Ask) {
        if ask.is_command() {
            let line = format!("{} was never answered", ask.place());
            self.given_up_on.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }

    fn note(&self, ask: &Ask, outcome: &Outcome) {
        match outcome {
            Outcome::Answered(reply) => {
                Self::add(&self.answers);
                if reply.status == 503 {
                    Self::add(&self.unavailable);
                } else if reply.status >= 500 {
                    let line = format!("{} {} → {}", reply.status, reply.code(), ask.route());
                    *self.failures.lock().unwrap_or_else(PoisonError::into_inner).entry(line).or_default() +=
                        1;
                }
            }
            Outcome::Lost(_) => Self::add(&self.lost),
            Outcome::NeverSent => {}
        }
    }
}

/// The run ended before the outcome was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GaveUp;

/// An answer that decides.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub reply: Reply,
    /// An earlier attempt may have been carried out: a refusal for the fan's credential says nothing about that one.
    pub was_unknown: bool,
}

impl Caller {
    /// Asks the very same thing until there is an answer that decides, or the run is over.
    pub async fn insist(
        &self,
        ask: &Ask,
        curtain: &Curtain,
        tally: &Tally,
        manners: Manners,
    ) -> Result<Resolved, GaveUp> {
        let begun = Instant::now();
        let (mut was_lost, mut was_unknown) = (false, false);
        loop {
            let outcome = self.attempt(ask, tally, manners).await;
            tally.note(ask, &outcome);
            let pause = match outcome {
                Outcome::Answered(reply) if is_passing(&reply) => {
                    // What failed inside may have failed after it was done.
                    was_unknown |= reply.status >= 500;
                    reply.retry_after
                }
                Outcome::Answered(reply) => {
                    settle(ask, tally, was_lost, begun);
                    return Ok(Resolved { reply, was_unknown });
                }
                Outcome::Lost(_) => {
                    if ask.is_command() && !was_lost {
                        Tally::add(&tally.unknown);
                    }
                    (was_lost, was_unknown) = (true, true);
                    None
                }
                Outcome::NeverSent => None,
            };
            if curtain.is_over() {
                tally.give_up_on(ask);
                return Err(GaveUp);
            }
            let drawn = Duration::from_millis(rand::rng().random_range(PAUSE_MS));
            tokio::time::sleep(pause.unwrap_or_default().max(drawn)).await;
        }
    }

    async fn attempt(&self, ask: &Ask, tally: &Tally, manners: Manners) -> Outcome {
        let hangs_up = ask.is_command() && rand::rng().random_range(0..100) < manners.hang_up_percent;
        if !hangs_up {
            return self.ask(ask).await;
        }
        Tally::add(&tally.hung_up);
        let after = Duration::from_millis(rand::rng().random_range(1..40));
        self.ask_and_hang_up(ask, after).await
    }
}

fn settle(ask: &Ask, tally: &Tally, was_lost: bool, begun: Instant) {
    if ask.is_command() {
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tally.longest_ms.fetch_max(took, Ordering::Relaxed);
        if was_lost {
            Tally::add(&tally.resolved);
        }
    }
}

/// Whether the same request may be answered differently in a moment.
fn is_passing(reply: &Reply) -> bool {
    let code = || reply.code();
    match reply.status {
        409 => matches!(code().as_str(), "idempotency_key_in_flight" | "payment_in_progress"),
        429 => true,
        status => status >= 500,
    }
}
