//! Reservations, payments and tickets.

use chrono::{DateTime, Utc};
use domain::reservation::{Payment, PaymentState, Reservation, ReservedSeat, Seen};
use domain::shared::{Balance, Page, ScheduleId, SeatId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Invalid;

/// `POST /v1/reservations`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReservationBody {
    pub schedule_id: Uuid,
    /// 1 to 100 seats, each once.
    pub seat_ids: Vec<Uuid>,
}

impl NewReservationBody {
    /// Far above any limit on seats per fan; it only bounds the work of refusing.
    const MAX_SEATS: usize = 100;

    pub fn wanted(&self) -> Result<(ScheduleId, Vec<SeatId>), Invalid> {
        if self.seat_ids.is_empty() || self.seat_ids.len() > Self::MAX_SEATS {
            return Err(Invalid::new("seatIds", "must name 1 to 100 seats"));
        }
        let mut seats: Vec<_> = self.seat_ids.iter().copied().map(SeatId).collect();
        seats.sort_unstable();
        seats.dedup();
        if seats.len() < self.seat_ids.len() {
            return Err(Invalid::new("seatIds", "must not name a seat twice"));
        }
        Ok((ScheduleId(self.schedule_id), seats))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReservationBody {
    pub reservation_id: Uuid,
    pub schedule_id: Uuid,
    /// `held`, `paying`, `confirmed`, `released`, `expired` or `cancelled`.
    pub status: String,
    pub seats: Vec<ReservedSeatBody>,
    /// Won, for all seats.
    pub amount: i64,
    /// When the hold ends.
    pub expires_at: DateTime<Utc>,
    /// Whole seconds until then, rounded down; 0 once it has ended.
    pub expires_in_seconds: i64,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReservedSeatBody {
    pub seat_id: Uuid,
    pub number: u32,
    pub section: String,
    pub row: u32,
    /// Won.
    pub price: i64,
}

impl From<ReservedSeat> for ReservedSeatBody {
    fn from(seat: ReservedSeat) -> Self {
        let ReservedSeat { id: SeatId(seat_id), number, section, row, price } = seat;
        Self { seat_id, number, section, row, price: price.as_won() }
    }
}

impl From<Seen<Reservation>> for ReservationBody {
    fn from(seen: Seen<Reservation>) -> Self {
        let Seen { value: reservation, now } = seen;
        Self {
            reservation_id: reservation.id.0,
            schedule_id: reservation.schedule_id.0,
            status: reservation.state_at(now).word().to_owned(),
            amount: reservation.amount.as_won(),
            expires_at: reservation.held_until,
            expires_in_seconds: (reservation.held_until - now).num_seconds().max(0),
            created_at: reservation.created_at,
            seats: reservation.seats.into_iter().map(Into::into).collect(),
        }
    }
}

/// A page of the caller's reservations, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReservationsBody {
    pub reservations: Vec<ReservationBody>,
    pub next_cursor: Option<String>,
}

impl From<Seen<Page<Reservation>>> for ReservationsBody {
    fn from(seen: Seen<Page<Reservation>>) -> Self {
        let Seen { value: page, now } = seen;
        let next_cursor = page.next.map(|cursor| cursor.to_string());
        let reservations = page.items.into_iter().map(|value| Seen { value, now }.into());
        Self { reservations: reservations.collect(), next_cursor }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentBody {
    pub payment_id: Uuid,
    pub reservation_id: Uuid,
    /// Won.
    pub amount: i64,
    pub status: PaymentStatus,
    /// When the money was taken; absent unless it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<DateTime<Utc>>,
    /// Won, after this payment; absent unless the money was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum PaymentStatus {
    /// The wallet has yet to answer; it always ends. A refund under way is `processing` too.
    Processing,
    Captured,
    /// Nothing was taken and nothing will be.
    Declined,
    Refunded,
}

impl From<&Payment> for PaymentBody {
    fn from(payment: &Payment) -> Self {
        let (status, taken): (_, Option<(DateTime<Utc>, Balance)>) = match payment.state {
            PaymentState::Debiting | PaymentState::Voiding | PaymentState::Refunding => {
                (PaymentStatus::Processing, None)
            }
            PaymentState::Captured { at, balance } => (PaymentStatus::Captured, Some((at, balance))),
            PaymentState::Declined { .. } | PaymentState::Voided => (PaymentStatus::Declined, None),
            PaymentState::Refunded { .. } => (PaymentStatus::Refunded, None),
        };
        Self {
            payment_id: payment.id.0,
            reservation_id: payment.reservation_id.0,
            amount: payment.amount.as_won(),
            status,
            paid_at: taken.map(|(at, _)| at),
            balance: taken.map(|(_, balance)| balance.as_won()),
        }
    }
}

/// The tickets of a confirmed reservation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TicketsBody {
    pub tickets: Vec<TicketBody>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TicketBody {
    pub ticket_id: Uuid,
    pub seat_id: Uuid,
    pub number: u32,
    /// What is shown at the door: signed, so that it cannot be made up.
    pub code: String,
}
