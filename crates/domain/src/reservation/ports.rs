use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    Event, GiveUpError, HoldError, HoldRequest, Inspected, InventorySeat, Payment, ReleaseError,
    ReleaseRequest, Reservation, SaleTerms, SalesFigures, SeatReport, Sought, Ticket, WalletAnswer,
};
use crate::shared::{EntryId, EventId, Page, PageRequest, PaymentId, ReservationId, ScheduleId, UserId};

/// The stock of seats.
#[async_trait]
pub trait Inventory: Send + Sync {
    /// Puts a performance on sale; one that is on sale already stays as it is.
    async fn publish(&self, terms: SaleTerms, seats: Vec<InventorySeat>) -> anyhow::Result<()>;

    /// Every seat changed behind `version` (all of them behind 0), perhaps some from before it again, so that
    /// nothing is ever skipped. `None`: no such performance.
    async fn changes(&self, schedule: ScheduleId, version: i64) -> anyhow::Result<Option<SeatReport>>;
}

/// Taking seats and letting them lapse. Each method is one transaction under the store's clock.
#[async_trait]
pub trait Holds: Send + Sync {
    /// All seats or none. The same reservation id again answers with the reservation as it stands. A new hold
    /// withdraws every `SlotYielded` of its pass that is still in the outbox: the pass holds seats again.
    ///
    /// The best available seats are chosen inside the transaction: fans who ask at once get different ones, and nobody is
    /// refused while there are such seats.
    async fn place(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError>;

    /// Ends holds that have lapsed, up to `limit`, and frees their seats. Seats are claimable without it: it only
    /// tidies up, and lets the queue know. Returns how many were ended.
    async fn sweep_lapsed(&self, limit: usize) -> anyhow::Result<usize>;
}

/// Something read, and the store's clock at that moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen<T> {
    pub value: T,
    pub now: DateTime<Utc>,
}

/// Looking things up.
#[async_trait]
pub trait Reservations: Send + Sync {
    async fn reservation(&self, id: ReservationId) -> anyhow::Result<Option<Seen<Reservation>>>;

    /// A fan's reservations, newest first.
    async fn of_user(&self, user: UserId, page: PageRequest) -> anyhow::Result<Seen<Page<Reservation>>>;

    /// By seat number; empty unless confirmed.
    async fn tickets(&self, reservation: ReservationId) -> anyhow::Result<Vec<Ticket>>;

    async fn payment(&self, id: PaymentId) -> anyhow::Result<Option<Payment>>;
}

/// A fan wants to pay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BeginPayment {
    /// The id the payment gets if it is a new one.
    pub payment_id: PaymentId,
    pub reservation_id: ReservationId,
    pub user_id: UserId,
    pub pass_id: EntryId,
    /// How long the caller drives it before recovery may take over.
    pub lease_seconds: u32,
}

/// What beginning a payment came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Begun {
    /// A new payment, driven by the caller.
    Started(Payment),
    /// This reservation is being paid or was paid already, or this id has been used: the payment as it stands.
    Underway(Payment),
}

#[derive(Debug, thiserror::Error)]
pub enum PayError {
    #[error("there is no such reservation")]
    NoSuchReservation,
    /// Lapsed, released or cancelled.
    #[error("the reservation is no longer held")]
    NotHeld { status: &'static str },
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

/// A payment after an answer, and the event it caused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settled {
    pub payment: Payment,
    pub event: Option<Event>,
}

#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// Another driver has taken over: whatever this one knows, it may not write it.
    #[error("another driver has taken this payment over")]
    FencedOff,
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

/// What giving up came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GivenUp {
    /// A payment to refund, driven by the caller.
    pub refund: Option<Payment>,
    pub event: Option<Event>,
}

/// The steps of the saga, each one transaction.
#[async_trait]
pub trait Checkouts: Send + Sync {
    /// Claims a held reservation for payment while its hold lasts; from here on its seats do not lapse.
    async fn begin(&self, begin: BeginPayment) -> Result<Begun, PayError>;

    /// Writes what the wallet said, with all that follows from it, if `fence` is still the present one.
    async fn settle(
        &self,
        payment: PaymentId,
        fence: i64,
        answer: WalletAnswer,
    ) -> Result<Settled, SettleError>;

    /// Takes over up to `limit` payments that do not rest and whose lease has lapsed, each under a new fence.
    async fn take_stalled(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Seen<Payment>>>;

    /// Gives up a reservation: a held one is released, a confirmed one cancelled, its payment to be refunded.
    async fn give_up(
        &self,
        reservation: ReservationId,
        user: UserId,
        lease_seconds: u32,
    ) -> Result<GivenUp, GiveUpError>;
}

/// Looking into a sale, for those who run it.
#[async_trait]
pub trait Inspection: Send + Sync {
    /// How a performance sells, all of it at one moment. It groups the performance's own rows. `None`: not on sale.
    async fn sales(&self, schedule: ScheduleId) -> anyhow::Result<Option<SalesFigures>>;

    /// Those of a performance's reservations that are sought, oldest first. `None`: not on sale.
    async fn reservations(
        &self,
        sought: Sought,
        page: PageRequest,
    ) -> anyhow::Result<Option<Seen<Page<Inspected>>>>;

    async fn inspect(&self, id: ReservationId) -> anyhow::Result<Option<Seen<Inspected>>>;
}

/// Holds that are released by hand.
#[async_trait]
pub trait Releases: Send + Sync {
    /// Releases a held reservation, whoever's it is, with all that follows when its fan gives it up, and keeps who did it
    /// and why, all in one transaction. The same release again changes nothing. Returns the event it caused.
    async fn release(&self, request: ReleaseRequest) -> Result<Option<Event>, ReleaseError>;
}

/// Events on their way out. Claimed by their state, never by "id greater than the last": ids commit out of order.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Up to `limit` undelivered events that nobody is delivering, reserved for `lease_seconds`.
    async fn claim(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Event>>;

    /// Whether the event still waits to be delivered: it has not arrived, and nothing has withdrawn it.
    async fn is_waiting(&self, event: EventId) -> anyhow::Result<bool>;

    async fn delivered(&self, event: EventId) -> anyhow::Result<()>;
}

/// The wallet, as this context sees it. Each call acts once under the payment's id, however often it is repeated.
/// An error means *unknown*: it may or may not have happened.
#[async_trait]
pub trait Payments: Send + Sync {
    /// `Taken`, `Insufficient`, `Voided`, or `NeverSent` where the wallet could not even be connected to.
    async fn debit(&self, payment: &Payment) -> anyhow::Result<WalletAnswer>;

    /// `Voided`, or `Taken` where it is too late.
    async fn void(&self, payment: &Payment) -> anyhow::Result<WalletAnswer>;

    /// `Refunded`.
    async fn refund(&self, payment: &Payment) -> anyhow::Result<WalletAnswer>;
}

/// The queue's passes, as this context sees them. Repeating a call changes nothing.
#[async_trait]
pub trait Passes: Send + Sync {
    async fn finish(&self, pass: EntryId) -> anyhow::Result<()>;

    async fn yield_slot(&self, pass: EntryId) -> anyhow::Result<()>;
}
