//! Seats, reservations, payments and events in memory: all ports of the reservation context over one lock.

mod checkouts;
mod holds;
mod inspection;
mod inventory;
mod outbox;
mod reservations;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};

use super::lock;
use crate::reservation::{
    Event, EventBody, InventorySeat, Payment, Release, Reservation, ReservationState, SaleTerms, SeatState,
    Ticket,
};
use crate::shared::{
    Clock, EntryId, EventId, IdGenerator, PaymentId, ReservationId, ScheduleId, SeatId, TicketId,
};

/// The store of the reservation context in memory.
pub struct MemoryBoxOffice {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    stock: Mutex<Stock>,
}

/// The tables of the reservation context, ordered by id so that what reads them all reads them the same way each time.
#[derive(Default)]
pub struct Stock {
    pub sales: BTreeMap<ScheduleId, SaleTerms>,
    pub seats: BTreeMap<SeatId, StockedSeat>,
    /// The version of the latest change.
    pub version: i64,
    pub reservations: BTreeMap<ReservationId, Reservation>,
    pub payments: BTreeMap<PaymentId, LeasedPayment>,
    pub tickets: BTreeMap<ReservationId, Vec<Ticket>>,
    /// By hand; nothing takes one out again.
    pub releases: BTreeMap<ReservationId, Release>,
    /// Events not known to have arrived, in the order in which they came about.
    pub outbox: Vec<OutboxEvent>,
}

/// A seat, and the version in which it last changed.
pub struct StockedSeat {
    pub schedule_id: ScheduleId,
    pub seat: InventorySeat,
    pub changed_in: i64,
}

/// A payment, and until when its present driver is left alone.
pub struct LeasedPayment {
    pub payment: Payment,
    pub lease_until: DateTime<Utc>,
}

/// An event on its way, and until when the courier who has it is left alone.
pub struct OutboxEvent {
    pub event: Event,
    pub claimed_until: Option<DateTime<Utc>>,
}

impl MemoryBoxOffice {
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn IdGenerator>) -> Self {
        Self { clock, ids, stock: Mutex::default() }
    }

    /// Opens the tables, between two transactions, to an audit or to a test that breaks them on purpose. No use case
    /// comes through here: what is changed in this way no rule has decided.
    pub fn inspect<R>(&self, look: impl FnOnce(&mut Stock) -> R) -> R {
        look(&mut lock(&self.stock))
    }

    fn event(&self, body: EventBody) -> Event {
        Event { id: EventId(self.ids.next()), body }
    }

    /// Ends a hold now. The event, where its pass holds nothing else.
    fn end_hold(&self, stock: &mut Stock, mut reservation: Reservation, now: DateTime<Utc>) -> Option<Event> {
        stock.free_seats(&reservation);
        reservation.state = ReservationState::Released;
        let pass_id = reservation.pass_id;
        stock.reservations.insert(reservation.id, reservation);
        let idle = stock.pass_is_idle(pass_id, now);
        idle.then(|| stock.enqueue(self.event(EventBody::SlotYielded { pass_id })))
    }

    fn tickets_for(&self, reservation: &Reservation) -> Vec<Ticket> {
        let ticket = |seat: &crate::reservation::ReservedSeat| Ticket {
            id: TicketId(self.ids.next()),
            seat_id: seat.id,
            number: seat.number,
        };
        reservation.seats.iter().map(ticket).collect()
    }
}

impl Stock {
    fn set_seats(&mut self, reservation: &Reservation, state: SeatState) {
        self.version += 1;
        for seat in &reservation.seats {
            if let Some(stocked) = self.seats.get_mut(&seat.id) {
                stocked.seat.state = state;
                stocked.changed_in = self.version;
            }
        }
    }

    /// Whether every seat of the reservation is taken for it at `now`.
    fn seats_are_held(&self, reservation: &Reservation, now: DateTime<Utc>) -> bool {
        reservation.seats.iter().all(|seat| {
            self.seats.get(&seat.id).is_some_and(|stocked| stocked.seat.state.held_for(reservation.id, now))
        })
    }

    /// Frees the seats that are still this reservation's.
    fn free_seats(&mut self, reservation: &Reservation) {
        self.version += 1;
        for seat in &reservation.seats {
            let Some(stocked) = self.seats.get_mut(&seat.id) else { continue };
            let ours = match stocked.seat.state {
                SeatState::Held { by, until: _ } => by == reservation.id,
                SeatState::Sold { to } => to == reservation.id,
                SeatState::Available | SeatState::Blocked => false,
            };
            if ours {
                stocked.seat.state = SeatState::Available;
                stocked.changed_in = self.version;
            }
        }
    }

    /// Whether nothing is held or being paid for under this pass any more.
    fn pass_is_idle(&self, pass: EntryId, now: DateTime<Utc>) -> bool {
        !self.reservations.values().any(|other| other.pass_id == pass && other.seats_taken_at(now) > 0)
    }

    /// The pass holds seats again: nobody is told any more that it does not.
    fn keep_slot(&mut self, pass_id: EntryId) {
        self.outbox.retain(|waiting| waiting.event.body != EventBody::SlotYielded { pass_id });
    }

    fn enqueue(&mut self, event: Event) -> Event {
        self.outbox.push(OutboxEvent { event, claimed_until: None });
        event
    }
}
