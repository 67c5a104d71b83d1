use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use contracts::reservation::PaymentStatus;
use uuid::Uuid;

use super::event::{Event, SeatTicket};

mod places;
mod purchases;
#[cfg(test)]
mod tests;

/// One fan's side of the story.
#[derive(Clone, Debug)]
pub struct Account {
    pub user_id: Uuid,
    pub name: String,
    pub access: String,
    /// How long a pass lasts: no place that was waiting just now can have run out sooner.
    pub pass_ttl: Duration,
    /// By `Idempotency-Key`.
    pub charges: BTreeMap<Uuid, ChargeTry>,
    pub holds: BTreeMap<Uuid, HoldTry>,
    pub payments: BTreeMap<Uuid, PayTry>,
    /// In the order of joining.
    pub places: Vec<Place>,
    /// Reservations that were to be given up, and whether that was acknowledged.
    pub given_up: BTreeMap<Uuid, bool>,
    /// By reservation.
    pub tickets: BTreeMap<Uuid, Vec<SeatTicket>>,
    /// Answers that belied earlier ones, seen at once.
    pub contradictions: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct ChargeTry {
    pub amount: i64,
    /// The charge's id, once acknowledged.
    pub charge_id: Option<Uuid>,
}

#[derive(Clone, Debug)]
pub struct HoldTry {
    pub schedule_id: Uuid,
    pub seats: BTreeSet<Uuid>,
    pub outcome: HoldOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldOutcome {
    Unknown,
    Held { reservation_id: Uuid, amount: i64 },
    Refused { code: String },
}

#[derive(Clone, Debug)]
pub struct PayTry {
    pub reservation_id: Uuid,
    pub outcome: PayOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayOutcome {
    Unknown,
    Known(KnownPayment),
    Refused { code: String },
}

/// A payment as it was last seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPayment {
    pub payment_id: Uuid,
    pub amount: i64,
    pub status: PaymentStatus,
}

/// A place in line.
#[derive(Clone, Debug)]
pub struct Place {
    pub entry_id: Uuid,
    pub queue_token: String,
    pub status: PlaceStatus,
    pub leave_asked: bool,
    /// When it was seen last, from the beginning of the run.
    pub seen_at: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceStatus {
    Waiting {
        position: u64,
    },
    Admitted,
    Left,
    /// `done` or `expired`.
    Ended(String),
}

/// What an earlier answer and a later one cannot both say.
type Belied = Option<String>;

impl Account {
    pub fn new(
        user_id: Uuid,
        name: impl Into<String>,
        access: impl Into<String>,
        pass_ttl: Duration,
    ) -> Self {
        Self {
            user_id,
            name: name.into(),
            access: access.into(),
            pass_ttl,
            charges: BTreeMap::new(),
            holds: BTreeMap::new(),
            payments: BTreeMap::new(),
            places: Vec::new(),
            given_up: BTreeMap::new(),
            tickets: BTreeMap::new(),
            contradictions: Vec::new(),
        }
    }

    /// Takes down what happened `at` so long after the beginning; an answer that belies an earlier one is noted.
    pub fn note(&mut self, event: &Event, at: Duration) {
        let belied = match event {
            Event::ChargeAsked { key, amount } => self.charge_asked(*key, *amount),
            Event::Charged { key, charge_id, amount } => self.charged(*key, *charge_id, *amount),
            Event::Placed { entry_id, queue_token, status, position } => {
                self.placed(*entry_id, queue_token, PlaceStatus::of(*status, *position), at)
            }
            Event::PlaceEnded { entry_id, status } => self.place_ended(*entry_id, status, at),
            Event::LeaveAsked { entry_id } => self.leave_asked(*entry_id),
            Event::Left { entry_id } => self.left(*entry_id),
            Event::HoldAsked { key, schedule_id, seats } => self.hold_asked(*key, *schedule_id, seats),
            Event::Held { key, reservation_id, amount } => {
                self.hold_known(*key, HoldOutcome::Held { reservation_id: *reservation_id, amount: *amount })
            }
            Event::HoldRefused { key, code } => {
                self.hold_known(*key, HoldOutcome::Refused { code: code.clone() })
            }
            Event::PayAsked { key, reservation_id } => self.pay_asked(*key, *reservation_id),
            Event::Paid { key, payment_id, amount, status } => {
                let known = KnownPayment { payment_id: *payment_id, amount: *amount, status: *status };
                self.pay_known(*key, PayOutcome::Known(known))
            }
            Event::PayRefused { key, code } => {
                self.pay_known(*key, PayOutcome::Refused { code: code.clone() })
            }
            Event::GiveUpAsked { reservation_id } => {
                self.given_up.entry(*reservation_id).or_default();
                None
            }
            Event::GivenUp { reservation_id } => {
                self.given_up.insert(*reservation_id, true);
                None
            }
            Event::Ticketed { reservation_id, tickets } => self.ticketed(*reservation_id, tickets),
            Event::Contradicted { what } => Some(what.clone()),
        };
        self.contradictions.extend(belied);
    }

    /// How many answers this account stands on.
    pub fn acknowledged(&self) -> usize {
        let charges = self.charges.values().filter(|charge| charge.charge_id.is_some()).count();
        let holds = self.holds.values().filter(|hold| hold.outcome != HoldOutcome::Unknown).count();
        let payments =
            self.payments.values().filter(|payment| payment.outcome != PayOutcome::Unknown).count();
        let given_up = self.given_up.values().filter(|acknowledged| **acknowledged).count();
        1 + charges + holds + payments + given_up + self.places.len() + self.tickets.len()
    }

    /// How many outcomes the fan never learnt.
    pub fn unknown(&self) -> usize {
        let charges = self.charges.values().filter(|charge| charge.charge_id.is_none()).count();
        let holds = self.holds.values().filter(|hold| hold.outcome == HoldOutcome::Unknown).count();
        let payments =
            self.payments.values().filter(|payment| payment.outcome == PayOutcome::Unknown).count();
        let given_up = self.given_up.values().filter(|acknowledged| !**acknowledged).count();
        charges + holds + payments + given_up
    }
}
