//! GUARANTEES.md, line by line: one function each, asserted after every step that wrote, and what can only be asked
//! of a world at rest, at the end.
//!
//! What a table alone does not show is watched where it happens: [`holds`], [`checkouts`], [`ledger`] and [`passes`]
//! compare a store before and after a transaction. Where a line goes beyond the domain it is shown elsewhere too: 9
//! byte for byte and 18 at the doors in the services' own tests.

mod acknowledgements;
pub mod checkouts;
mod events;
pub mod holds;
pub mod ledger;
mod line;
mod memory;
mod money;
pub mod passes;
mod payments;
mod rest;
mod seats;

use std::fmt;

use chrono::{DateTime, Utc};
use domain::adapters::memory::{Books, Programme, Rooms, Stock};

use crate::executor::Moment;
use crate::network::Provider;
use crate::world::{Settings, Store, Watch, World};

pub use memory::Memory;

/// A guarantee that was broken, and by what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// The number of the line, or the row of the table of faults.
    pub rule: &'static str,
    pub message: String,
    pub at: Moment,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "guarantee {} broken at {}: {}", self.rule, self.at, self.message)
    }
}

/// All tables of a world at one moment.
pub struct View<'a> {
    pub stock: &'a Stock,
    pub books: &'a Books,
    pub rooms: &'a Rooms,
    pub programme: &'a Programme,
    pub provider: &'a Provider,
    pub watch: &'a Watch,
    pub settings: &'a Settings,
    pub now: DateTime<Utc>,
    /// When the last fault known of ends.
    pub trouble_until: DateTime<Utc>,
}

/// What a guarantee says of the tables: nothing, or what breaks it.
pub type Finding = Option<String>;

/// A guarantee, the stores that it reads, and its function.
pub type Guarantee = (&'static str, u8, fn(&View<'_>, &Memory) -> Finding);

const SEATS: u8 = Store::BoxOffice.bit();
const MONEY: u8 = Store::Ledger.bit();
const LINE: u8 = Store::Room.bit();
const PLAN: u8 = Store::Catalogue.bit();

/// Asserted after every step that wrote into a store that they read.
pub const ALWAYS: [Guarantee; 16] = [
    ("1", SEATS, seats::one_owner_at_most),
    ("2", SEATS | PLAN, seats::nothing_but_the_plan),
    ("3", MONEY, money::entries_sum_to_zero),
    ("4", MONEY, money::balances_are_the_sum_of_entries),
    ("5", SEATS, payments::ends_absorb),
    ("6", MONEY, money::refunds_up_to_what_was_taken),
    ("7", SEATS | MONEY, payments::sold_means_paid),
    ("8", SEATS, payments::a_lost_seat_is_never_sold),
    ("9", MONEY, money::one_effect_per_command),
    ("10", SEATS | MONEY, payments::forward_and_in_time),
    ("13", SEATS | LINE, events::none_is_lost),
    ("14", LINE, line::limits_and_order),
    ("15", LINE | SEATS, line::passes_end_for_a_reason),
    ("16", SEATS, seats::holds_end_at_their_time),
    ("17", SEATS, seats::limits_of_fans),
    ("19", SEATS | MONEY | LINE, acknowledgements::stand),
];

/// Asserted once everything has come to rest.
pub const AT_REST: [Guarantee; 5] = [
    ("7", 0, rest::money_and_seats_agree),
    ("8", 0, rest::lost_seats_are_refunded),
    ("10", 0, rest::every_saga_has_ended),
    ("13", 0, rest::every_event_has_arrived),
    ("15", 0, rest::used_passes_have_ended),
];

/// The guarantees of one world, and what they remember of the step before.
#[derive(Default)]
pub struct Audit {
    pub memory: Memory,
}

impl Audit {
    /// After a step that may have written to the stores whose bits are set.
    pub fn after_step(&mut self, world: &World, written: u8) {
        let Self { memory } = self;
        view(world, |view| {
            for (rule, stores, broken) in &ALWAYS {
                if stores & written != 0
                    && let Some(message) = broken(view, memory)
                {
                    world.violated(rule, message);
                    return;
                }
            }
            memory.remember(view, written);
        });
    }

    pub fn at_rest(&mut self, world: &World) {
        let Self { memory } = self;
        view(world, |view| {
            for (rule, _, broken) in &AT_REST {
                if let Some(message) = broken(view, memory) {
                    world.violated(rule, message);
                    return;
                }
            }
        });
    }
}

/// Whether something is still under way that ends by itself.
pub fn unfinished_business(world: &World) -> bool {
    view(world, |view| {
        let nothing = Memory::default();
        rest::every_saga_has_ended(view, &nothing).is_some()
            || rest::every_event_has_arrived(view, &nothing).is_some()
            || rest::used_passes_have_ended(view, &nothing).is_some()
    })
}

/// Looks at all tables at once.
pub fn view<R>(world: &World, look: impl FnOnce(&View<'_>) -> R) -> R {
    let stores = &world.stores;
    let watch = world.watch();
    stores.box_office.inspect(|stock| {
        stores.ledger.inspect(|books| {
            stores.room.inspect(|rooms| {
                stores.catalogue.inspect(|programme| {
                    look(&View {
                        stock,
                        books,
                        rooms,
                        programme,
                        provider: &stores.provider,
                        watch: &watch,
                        settings: &world.settings,
                        now: world.executor.now().date(),
                        trouble_until: world.trouble_until().date(),
                    })
                })
            })
        })
    })
}

#[cfg(test)]
mod tests;
