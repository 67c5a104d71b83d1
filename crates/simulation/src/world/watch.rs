use std::collections::{BTreeMap, BTreeSet};

use crate::executor::Moment;
use chrono::{DateTime, Utc};
use domain::shared::{Amount, ChargeId, EntryId, PaymentId, ReservationId, UserId};

/// What a fan was told had been done. It stays done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acknowledged {
    Wallet { user: UserId },
    ToppedUp { charge: ChargeId, amount: Amount },
    Place { entry: EntryId },
    Held { reservation: ReservationId, user: UserId, until: DateTime<Utc> },
    Paid { payment: PaymentId, reservation: ReservationId },
    GivenUp { reservation: ReservationId },
}

/// What happened and does not stand in any table.
#[derive(Default)]
pub struct Watch {
    pub acknowledged: Vec<Acknowledged>,
    /// Fans who want their money back.
    pub cancels_asked: BTreeSet<ReservationId>,
    /// Passes that the queue was asked to end, by what it was asked.
    pub finish_asked: BTreeSet<EntryId>,
    pub yield_asked: BTreeSet<EntryId>,
    pub leave_asked: BTreeSet<EntryId>,
    /// When a courier last turned to the queue to hand on the slot of a pass.
    pub yield_sent: BTreeMap<EntryId, DateTime<Utc>>,
    /// When a pass was ended before its time.
    pub passes_ended: BTreeMap<EntryId, Moment>,
    /// Deliveries that the queue's store has committed.
    pub finish_done: BTreeSet<EntryId>,
    pub yield_done: BTreeSet<EntryId>,
    /// Reservations whose seats were taken out of the sale under a running payment.
    pub bereaved: BTreeSet<ReservationId>,
    /// A payment whose row cannot be written any more.
    pub poisoned: Option<PaymentId>,
    /// Who holds what, for those who try their luck with others' ids.
    pub owners: BTreeMap<ReservationId, UserId>,
    /// Fans and operators still at it.
    pub busy: u32,
}
