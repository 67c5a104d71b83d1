//! The four services: the real use cases over guarded ports, and the jobs that the real services run by the clock.

mod concert;
mod door;
mod jobs;
mod queue;
mod reservation;
mod wallet;

use std::sync::Arc;

use crate::executor::Process;
use crate::world::World;

pub use concert::ConcertApp;
pub use door::{Door, Pass, TurnedAway};
pub use queue::QueueApp;
pub use reservation::ReservationApp;
pub use wallet::WalletApp;

/// The services that are up.
#[derive(Default)]
pub struct Apps {
    pub queue: Option<Arc<QueueApp>>,
    pub concert: Option<Arc<ConcertApp>>,
    pub reservation: Option<Arc<ReservationApp>>,
    pub wallet: Option<Arc<WalletApp>>,
    /// At the end of the world nothing starts any more.
    pub stopped_for_good: bool,
}

impl Apps {
    pub fn stop(&mut self, process: Process) {
        match process {
            Process::Queue => self.queue = None,
            Process::Concert => self.concert = None,
            Process::Reservation => self.reservation = None,
            Process::Wallet => self.wallet = None,
            Process::Fan(_) | Process::World => {}
        }
    }

    pub fn is_up(&self, process: Process) -> bool {
        match process {
            Process::Queue => self.queue.is_some(),
            Process::Concert => self.concert.is_some(),
            Process::Reservation => self.reservation.is_some(),
            Process::Wallet => self.wallet.is_some(),
            Process::Fan(_) | Process::World => true,
        }
    }
}

/// Starts a service over its store, with everything that it had only in memory forgotten.
pub fn start(world: &Arc<World>, process: Process) {
    let stays_down = { world.apps().stopped_for_good };
    if stays_down || world.apps().is_up(process) {
        return;
    }
    world.note("started", [process.code(), 0], format_args!("{process:?}"));
    match process {
        Process::Queue => queue::start(world),
        Process::Concert => concert::start(world),
        Process::Reservation => reservation::start(world),
        Process::Wallet => wallet::start(world),
        Process::Fan(_) | Process::World => {}
    }
}
