use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::queue::{AdmissionPolicy, EntryState, Load};
use domain::reservation::{EventBody, PaymentState, ReservationState};
use domain::shared::{EntryId, EventId, Money, PaymentId, ReservationId, UserId};
use domain::wallet::{Account, Reason};

use super::{LINE, MONEY, SEATS, View};

/// The world as it was at the step before, as far as a guarantee speaks of change.
#[derive(Default)]
pub struct Memory {
    pub payments: BTreeMap<PaymentId, SeenPayment>,
    pub reservations: BTreeMap<ReservationId, (ReservationState, DateTime<Utc>)>,
    /// Each event, and when it was first seen.
    pub events: BTreeMap<EventId, (EventBody, DateTime<Utc>)>,
    pub entries: BTreeMap<EntryId, EntryState>,
    /// Every admission there was.
    pub admissions: Vec<DateTime<Utc>>,
    /// Since when somebody has been waiting in front of a free slot.
    pub unfilled_since: Option<DateTime<Utc>>,
    /// How much of the journal has been read, and what it came to.
    pub journal_read: usize,
    pub balances: BTreeMap<UserId, Money>,
}

/// A payment as it was.
#[derive(Clone, Copy)]
pub struct SeenPayment {
    pub state: PaymentState,
    pub fence: i64,
    /// Since when it has had something left to ask; `None`: it rests.
    pub restless_since: Option<DateTime<Utc>>,
}

impl Memory {
    pub(super) fn remember(&mut self, view: &View<'_>, written: u8) {
        if written & SEATS != 0 {
            self.remember_seats(view);
        }
        if written & MONEY != 0 {
            for posted in view.books.journal.iter().skip(self.journal_read) {
                let effect = posted.entry.effect_on(Account::Wallet(posted.user_id));
                let balance = self.balances.entry(posted.user_id).or_default();
                *balance = balance.checked_add(effect).unwrap_or(*balance);
            }
            self.journal_read = view.books.journal.len();
        }
        if written & LINE != 0 {
            self.remember_line(view);
        }
    }

    fn remember_seats(&mut self, view: &View<'_>) {
        for (id, leased) in &view.stock.payments {
            let payment = &leased.payment;
            let restless = !payment.state.rests();
            let seen = self.payments.entry(*id).or_insert(SeenPayment {
                state: payment.state,
                fence: payment.fence,
                restless_since: None,
            });
            (seen.state, seen.fence) = (payment.state, payment.fence);
            seen.restless_since = restless.then(|| seen.restless_since.unwrap_or(view.now));
        }
        for (id, reservation) in &view.stock.reservations {
            self.reservations.insert(*id, (reservation.state, reservation.held_until));
        }
        for waiting in &view.stock.outbox {
            self.events.entry(waiting.event.id).or_insert((waiting.event.body, view.now));
        }
    }

    fn remember_line(&mut self, view: &View<'_>) {
        for entry in view.rooms.entries.values() {
            let before = self.entries.insert(entry.id, entry.state);
            if let EntryState::Admitted { admitted_at, expires_at: _ } = entry.state
                && !matches!(before, Some(EntryState::Admitted { .. }))
            {
                self.admissions.push(admitted_at);
            }
        }
        self.unfilled_since = someone_could_come_in(view).then(|| self.unfilled_since.unwrap_or(view.now));
    }

    /// Admissions within the window that ends at `now`.
    pub fn admitted_lately(&self, now: DateTime<Utc>) -> usize {
        let window = chrono::TimeDelta::seconds(AdmissionPolicy::RATE_WINDOW_SECONDS.into());
        self.admissions.iter().filter(|at| now - **at <= window).count()
    }
}

/// Whether a slot is free that somebody waits for, counted anew from the entries.
fn someone_could_come_in(view: &View<'_>) -> bool {
    let window = chrono::TimeDelta::seconds(AdmissionPolicy::RATE_WINDOW_SECONDS.into());
    let lately = view.rooms.admissions.iter().filter(|(_, at)| view.now - *at <= window).count();
    let active = super::line::inside(view).count();
    let waiting = view.rooms.entries.values().any(|entry| entry.state == EntryState::Waiting);
    let load = Load {
        active: u32::try_from(active).unwrap_or(u32::MAX),
        admitted_last_minute: u32::try_from(lately).unwrap_or(u32::MAX),
    };
    waiting && view.settings.admission.free_slots(load) > 0
}

/// A command of the journal, so that it can be counted.
pub fn command(reason: Reason) -> (u8, uuid::Uuid) {
    match reason {
        Reason::Charge(charge) => (0, charge.0),
        Reason::Payment(payment) => (1, payment.0),
        Reason::Refund(payment) => (2, payment.0),
    }
}
