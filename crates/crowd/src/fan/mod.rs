//! Fans: what people do at a sale, one request after the other, taking every answer down.

mod buying;
mod crowd;
mod joining;
mod paying;

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

pub use crowd::{Crowd, Sale, Takings};

use crate::http::{Ask, GaveUp, Reply, Resolved};
use crate::ledger::{Account, Event};

/// How often the same user comes back to buy again, at most.
const VISITS: std::ops::RangeInclusive<usize> = 1..=3;

/// Why a fan stops what they are at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leave {
    /// The run is over.
    Over,
    /// The pass or the seats are gone, or the fan has had enough: back to the end of the line.
    StartAgain,
}

impl From<GaveUp> for Leave {
    fn from(_: GaveUp) -> Self {
        Self::Over
    }
}

type Step<T> = Result<T, Leave>;

/// One user at the sale.
struct Fan<'a> {
    crowd: &'a Crowd,
    account: Account,
    random: StdRng,
}

/// Comes to the sale as one user after the other until the curtain falls.
pub async fn attend(crowd: Arc<Crowd>, seed: u64) -> anyhow::Result<()> {
    let mut random = StdRng::seed_from_u64(seed);
    while crowd.curtain.is_open() {
        let name = format!("Fan {}", random.random::<u32>());
        let Some(account) = joining::sign_up(&crowd, &name).await? else { break };
        let seed = random.random();
        let mut fan = Fan { crowd: &crowd, account, random: StdRng::seed_from_u64(seed) };
        let visits = fan.random.random_range(VISITS);
        for _ in 0..visits {
            if fan.visit().await == Err(Leave::Over) {
                break;
            }
        }
        crowd.diary.close(fan.account);
    }
    Ok(())
}

impl Fan<'_> {
    /// From the wallet over the line to the tickets.
    async fn visit(&mut self) -> Step<()> {
        self.bring_money().await?;
        let pass = self.be_admitted().await?;
        let held = self.hold_seats(&pass).await?;
        match self.random.random_range(0..100) {
            // Leaves the hold to lapse.
            0..10 => Err(Leave::StartAgain),
            10..22 => self.give_up(held.reservation_id).await,
            _ => {
                self.buy(&pass, &held).await?;
                if self.random.random_bool(0.15) { self.give_up(held.reservation_id).await } else { Ok(()) }
            }
        }
    }

    fn note(&mut self, event: &Event) {
        self.crowd.diary.note(&mut self.account, event);
    }

    /// Asks until it is known.
    async fn insist(&self, ask: &Ask) -> Step<Resolved> {
        Ok(self.crowd.insist(ask).await?)
    }

    /// Between two steps: nothing new is begun once the curtain falls.
    fn go_on(&self) -> Step<()> {
        if self.crowd.curtain.is_open() { Ok(()) } else { Err(Leave::Over) }
    }

    /// An answer that must not be.
    fn contradicted<T>(&mut self, ask: &Ask, reply: &Reply) -> Step<T> {
        self.note(&Event::Contradicted { what: format!("{} answered {reply}", ask.route()) });
        Err(Leave::StartAgain)
    }

    /// The body, where the answer is what it should be.
    fn read<T: serde::de::DeserializeOwned>(&mut self, ask: &Ask, reply: &Reply) -> Step<T> {
        match reply.read() {
            Ok(body) => Ok(body),
            Err(_) => self.contradicted(ask, reply),
        }
    }

    fn fresh_key(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.random.random()).into_uuid()
    }
}
