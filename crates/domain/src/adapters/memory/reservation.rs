//! Seats, reservations, payments and events in memory: all ports of the reservation context over one lock.

mod checkouts;
mod holds;
mod inventory;
mod outbox;
mod reservations;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};

use crate::reservation::{
    Event, EventBody, InventorySeat, Payment, Reservation, SaleTerms, SeatState, Ticket,
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

#[derive(Default)]
struct Stock {
    sales: HashMap<ScheduleId, SaleTerms>,
    seats: HashMap<SeatId, StockedSeat>,
    /// The version of the latest change.
    version: i64,
    reservations: HashMap<ReservationId, Reservation>,
    payments: HashMap<PaymentId, LeasedPayment>,
    tickets: HashMap<ReservationId, Vec<Ticket>>,
    outbox: Vec<OutboxEvent>,
}

struct StockedSeat {
    schedule_id: ScheduleId,
    seat: InventorySeat,
    changed_in: i64,
}

struct LeasedPayment {
    payment: Payment,
    lease_until: DateTime<Utc>,
}

struct OutboxEvent {
    event: Event,
    claimed_until: Option<DateTime<Utc>>,
}

impl MemoryBoxOffice {
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn IdGenerator>) -> Self {
        Self { clock, ids, stock: Mutex::default() }
    }

    fn event(&self, body: EventBody) -> Event {
        Event { id: EventId(self.ids.next()), body }
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

    fn enqueue(&mut self, event: Event) -> Event {
        self.outbox.push(OutboxEvent { event, claimed_until: None });
        event
    }
}
