use std::collections::BTreeMap;
use std::time::Duration;

use contracts::queue::EntryStatus;
use contracts::reservation::{PaymentBody, ReservationBody};
use contracts::wallet::{WalletBody, WalletEntryBody};
use uuid::Uuid;

use crate::ledger::SeatTicket;

/// Everything that the services say about one fan.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// From the beginning of the run.
    pub read_at: Duration,
    pub wallet: Option<WalletBody>,
    /// Oldest first.
    pub entries: Vec<WalletEntryBody>,
    pub reservations: BTreeMap<Uuid, ReservationBody>,
    /// Of every payment that the statement or the fan knows; `None`: there is no such payment.
    pub payments: BTreeMap<Uuid, Option<PaymentBody>>,
    /// By reservation, sorted.
    pub tickets: BTreeMap<Uuid, Vec<SeatTicket>>,
    pub places: BTreeMap<Uuid, PlaceSeen>,
}

/// What a queue token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceSeen {
    Live {
        entry_id: Uuid,
        status: EntryStatus,
    },
    /// `done` or `expired`.
    Ended(String),
    /// It is not recognised.
    Refused(String),
}

impl Picture {
    /// The payments that this reservation's money was taken by and is kept.
    pub(super) fn captured(&self, reservation: Uuid) -> impl Iterator<Item = &PaymentBody> {
        use contracts::reservation::PaymentStatus::Captured;
        let there = self.payments.values().flatten();
        there.filter(move |payment| payment.reservation_id == reservation && payment.status == Captured)
    }
}
