use contracts::queue::EntryStatus;
use contracts::reservation::{PaymentStatus, TicketBody};
use serde::Serialize;
use uuid::Uuid;

/// One thing that a fan asked for, or was told.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "event")]
pub enum Event {
    ChargeAsked {
        key: Uuid,
        amount: i64,
    },
    Charged {
        key: Uuid,
        charge_id: Uuid,
        amount: i64,
    },
    /// Joining, or a look at the place.
    Placed {
        entry_id: Uuid,
        queue_token: String,
        status: EntryStatus,
        position: u64,
    },
    PlaceEnded {
        entry_id: Uuid,
        status: String,
    },
    LeaveAsked {
        entry_id: Uuid,
    },
    Left {
        entry_id: Uuid,
    },
    HoldAsked {
        key: Uuid,
        schedule_id: Uuid,
        seats: Vec<Uuid>,
    },
    Held {
        key: Uuid,
        reservation_id: Uuid,
        amount: i64,
    },
    /// The answer to this very key: nothing is held under it, now or ever.
    HoldRefused {
        key: Uuid,
        code: String,
    },
    GiveUpAsked {
        reservation_id: Uuid,
    },
    GivenUp {
        reservation_id: Uuid,
    },
    PayAsked {
        key: Uuid,
        reservation_id: Uuid,
    },
    /// How the payment behind a key stands, as the paying itself or a later look told.
    Paid {
        key: Uuid,
        payment_id: Uuid,
        amount: i64,
        status: PaymentStatus,
    },
    PayRefused {
        key: Uuid,
        code: String,
    },
    Ticketed {
        reservation_id: Uuid,
        tickets: Vec<SeatTicket>,
    },
    /// An answer that must not be, whatever has failed.
    Contradicted {
        what: String,
    },
}

/// The right to a seat, as it was handed out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatTicket {
    pub seat_id: Uuid,
    pub ticket_id: Uuid,
    pub code: String,
}

impl From<TicketBody> for SeatTicket {
    fn from(body: TicketBody) -> Self {
        let TicketBody { ticket_id, seat_id, code, .. } = body;
        Self { seat_id, ticket_id, code }
    }
}
