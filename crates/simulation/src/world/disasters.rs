//! What befalls whole processes, stores and seats, beside the faults of single steps.

use std::sync::Arc;
use std::time::Duration;

use domain::reservation::{ReservationState, SeatState};

use super::{Store, World};
use crate::executor::Process;
use crate::faults::Brewing;

/// A disaster, named after its row in the table of faults where there is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disaster {
    /// "`kill -9`", at any await of any service.
    KilledAnywhere,
    /// "Wallet down for 60 s".
    WalletDownFor60Seconds,
    /// "reservation-service down after the debit".
    ReservationDownAfterDebit,
    /// "queue-service down after capture".
    QueueDownAfterCapture,
    /// "PostgreSQL restarts".
    StoreRestarts,
    /// A seat is taken out of the sale under a running payment, so that money is taken for a seat that is lost.
    SeatTakenAway,
    /// A payment's row cannot be written any more: recovery must get past it.
    PaymentPoisoned,
}

impl Disaster {
    pub const ALL: [Self; 7] = [
        Self::KilledAnywhere,
        Self::WalletDownFor60Seconds,
        Self::ReservationDownAfterDebit,
        Self::QueueDownAfterCapture,
        Self::StoreRestarts,
        Self::SeatTakenAway,
        Self::PaymentPoisoned,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::KilledAnywhere => "kill -9 at any await",
            Self::WalletDownFor60Seconds => "wallet down for 60 s",
            Self::ReservationDownAfterDebit => "reservation-service down after the debit",
            Self::QueueDownAfterCapture => "queue-service down after capture",
            Self::StoreRestarts => "PostgreSQL restarts",
            Self::SeatTakenAway => "a seat is lost while it is paid for",
            Self::PaymentPoisoned => "a payment cannot be written any more",
        }
    }
}

/// How often each of them happened.
#[derive(Clone, Copy, Default, Debug)]
pub struct Disasters([u64; Disaster::ALL.len()]);

impl Disasters {
    pub fn count(&mut self, disaster: Disaster) {
        for (count, other) in self.0.iter_mut().zip(Disaster::ALL) {
            *count += u64::from(other == disaster);
        }
    }

    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }

    /// Each with its count.
    pub fn counted(&self) -> impl Iterator<Item = (Disaster, u64)> {
        Disaster::ALL.into_iter().zip(self.0)
    }
}

/// Draws the disasters of a world and lets them happen, each at its time.
pub fn brew(world: &Arc<World>) {
    for restart in world.weather.store_restarts.iter().flatten() {
        world.befell(Disaster::StoreRestarts);
        world.trouble(restart.1);
    }
    match world.weather.disasters {
        Brewing::None => return,
        Brewing::Certain(disaster) => return happen(world, disaster),
        Brewing::Drawn => {}
    }
    let kills = world.executor.draw(|chance| if chance.one_in(3) { chance.between(1, 3) } else { 0 });
    for _ in 0..kills {
        happen(world, Disaster::KilledAnywhere);
    }
    let drawn = world.executor.draw(|chance| chance.below(16));
    match drawn {
        0 => happen(world, Disaster::WalletDownFor60Seconds),
        1 => happen(world, Disaster::ReservationDownAfterDebit),
        2 => happen(world, Disaster::QueueDownAfterCapture),
        3 => happen(world, Disaster::SeatTakenAway),
        4 => happen(world, Disaster::PaymentPoisoned),
        _ => {}
    }
}

fn happen(world: &Arc<World>, disaster: Disaster) {
    let this = Arc::clone(world);
    let task = async move {
        let wait = this.executor.draw(|chance| chance.millis(0, 9_000));
        this.executor.sleep(wait).await;
        match disaster {
            Disaster::KilledAnywhere => {
                let (process, down) = this.executor.draw(|chance| {
                    let process = chance.pick(&Process::SERVICES).copied().unwrap_or(Process::Queue);
                    (process, chance.millis(10, 4_000))
                });
                this.befell(disaster);
                this.kill(process, down);
            }
            Disaster::WalletDownFor60Seconds => {
                this.befell(disaster);
                this.kill(Process::Wallet, Duration::from_mins(1));
            }
            Disaster::ReservationDownAfterDebit => down_after_debit(&this).await,
            Disaster::QueueDownAfterCapture => down_after_capture(&this).await,
            Disaster::SeatTakenAway => take_a_seat_away(&this).await,
            Disaster::PaymentPoisoned => poison_a_payment(&this).await,
            Disaster::StoreRestarts => {}
        }
    };
    world.executor.spawn(Process::World, task);
}

/// How often who waits for an opportunity looks for it, and how long at most.
const LOOKS: u32 = 400;
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Waits until `there` finds something.
async fn until<T>(world: &World, there: impl Fn(&World) -> Option<T>) -> Option<T> {
    for _ in 0..LOOKS {
        if let Some(found) = there(world) {
            return Some(found);
        }
        world.executor.sleep(LOOK_EVERY).await;
    }
    None
}

async fn down_after_debit(world: &Arc<World>) {
    let debited = |world: &World| {
        let taken = world.stores.ledger.inspect(|books| books.debits.keys().copied().collect::<Vec<_>>());
        world.stores.box_office.inspect(|stock| {
            let open = |id: &_| stock.payments.get(id).is_some_and(|leased| !leased.payment.state.rests());
            taken.iter().any(open).then_some(())
        })
    };
    if until(world, debited).await.is_some() {
        world.befell(Disaster::ReservationDownAfterDebit);
        let down = world.executor.draw(|chance| chance.millis(500, 40_000));
        world.kill(Process::Reservation, down);
    }
}

async fn down_after_capture(world: &Arc<World>) {
    let captured =
        |world: &World| world.stores.box_office.inspect(|stock| (!stock.outbox.is_empty()).then_some(()));
    if until(world, captured).await.is_some() {
        world.befell(Disaster::QueueDownAfterCapture);
        let down = world.executor.draw(|chance| chance.millis(500, 20_000));
        world.kill(Process::Queue, down);
    }
}

async fn take_a_seat_away(world: &Arc<World>) {
    let bereave = |world: &World| {
        world.stores.box_office.inspect(|stock| {
            let mut paying = stock.reservations.values();
            let paying = paying.find(|found| matches!(found.state, ReservationState::Paying { .. }))?;
            let (id, seat) = (paying.id, paying.seats.first()?.id);
            stock.version += 1;
            let version = stock.version;
            let stocked = stock.seats.get_mut(&seat)?;
            stocked.seat.state = SeatState::Blocked;
            stocked.changed_in = version;
            Some(id)
        })
    };
    if let Some(id) = until(world, bereave).await {
        world.watch().bereaved.insert(id);
        world.befell(Disaster::SeatTakenAway);
        world.touched(Store::BoxOffice);
    }
}

async fn poison_a_payment(world: &Arc<World>) {
    let running = |world: &World| {
        world.stores.box_office.inspect(|stock| {
            let mut open = stock.payments.values().filter(|leased| !leased.payment.state.rests());
            open.next().map(|leased| leased.payment.id)
        })
    };
    if let Some(id) = until(world, running).await {
        world.watch().poisoned = Some(id);
        world.befell(Disaster::PaymentPoisoned);
        // All payments of that moment lose their drivers, and are taken over together.
        if world.executor.draw(|chance| chance.one_in(2)) {
            world.kill(Process::Reservation, Duration::from_millis(500));
        }
    }
}
