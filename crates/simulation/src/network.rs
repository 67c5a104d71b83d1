//! Calls between processes: each with a deadline, each of which may come late, never, twice, or without an answer.

pub mod attempt;
mod inventory;
mod passes;
mod payments;
mod provider;

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use domain::shared::Unavailable;

use crate::executor::Process;
use crate::faults::Step;
use crate::world::World;

pub use attempt::Attempt;
pub use inventory::{InventoryPeer, seat_status};
pub use passes::PassesPeer;
pub use payments::PaymentsPeer;
pub use provider::{Provider, ProviderPeer};

/// What calls are made to: a service as it runs now, if it does.
pub trait Host: Send + Sync + Sized + 'static {
    const PROCESS: Process;

    fn running(world: &World) -> Option<Arc<Self>>;
}

/// Why a call has no answer that can be used. What each means is the meaning it has in the HTTP adapters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unanswered {
    /// No attempt got a connection: the peer has certainly not seen the call.
    NeverSent,
    /// The call may or may not have been carried out.
    Unknown,
}

impl Unanswered {
    /// As an error of a port.
    pub fn error(self, peer: &'static str) -> anyhow::Error {
        let text = match self {
            Self::NeverSent => "cannot be connected to",
            Self::Unknown => "gave no answer",
        };
        anyhow!(text).context(Unavailable(peer))
    }
}

/// How one service calls another: the settings are those of the services.
#[derive(Clone)]
pub struct Peer {
    pub world: Arc<World>,
    pub caller: Process,
}

impl Peer {
    /// As `peers.deadline_ms`, `peers.attempts` and the pause between attempts.
    const DEADLINE: Duration = Duration::from_secs(2);
    const ATTEMPTS: u32 = 2;
    const PAUSE: Duration = Duration::from_millis(50);

    /// Every call carries its id and does the same thing once, so it may be repeated.
    pub async fn ask<H, T, F, W>(&self, step: Step, work: F) -> Result<T, Unanswered>
    where
        H: Host,
        T: Send + 'static,
        F: Fn(Arc<H>) -> W + Clone + Send + Sync + 'static,
        W: Future<Output = anyhow::Result<T>> + Send + 'static,
    {
        let mut pause = Self::PAUSE;
        let mut reached = false;
        for attempt in 1.. {
            let outcome = attempt::once(&self.world, self.caller, step, Self::DEADLINE, work.clone()).await;
            match outcome {
                Attempt::Answered(Ok(answer)) => return Ok(answer),
                // It answered, but only that it failed.
                Attempt::Answered(Err(_)) | Attempt::Silence => reached = true,
                Attempt::NotConnected => {}
            }
            if attempt >= Self::ATTEMPTS {
                break;
            }
            self.world.executor.sleep(pause).await;
            pause *= 2;
        }
        Err(if reached { Unanswered::Unknown } else { Unanswered::NeverSent })
    }
}
