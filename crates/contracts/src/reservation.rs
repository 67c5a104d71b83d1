//! Reservations, payments and tickets.

use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use domain::reservation::{BestAvailable, Payment, PaymentState, Reservation, ReservedSeat, SeatWish, Seen};
use domain::shared::{Balance, Page, ScheduleId, SeatId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Invalid, object};

/// `POST /v1/reservations`: either these very seats, or the best available.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReservationBody {
    pub schedule_id: Uuid,
    /// 1 to 100 seats, each once; not beside `bestAvailable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seat_ids: Option<Vec<Uuid>>,
    /// Not beside `seatIds`.
    #[serde(default, deserialize_with = "object::optional", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub best_available: Option<BestAvailableBody>,
}

/// So many seats side by side in one row, the best there are. The first section of the seat plan that has them is the
/// best; in it the seats nearest the centre of their row, of equally central ones those in the row nearest the stage, and
/// of these the ones with the lower numbers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BestAvailableBody {
    /// At most as many as one fan may have of a performance (4, unless the installation says otherwise).
    #[schema(minimum = 1, example = 2)]
    pub quantity: u32,
    /// By its name, as the seat map has it; without one, in any section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub section: Option<String>,
}

impl NewReservationBody {
    /// Far above any limit on seats per fan; it only bounds the work of refusing.
    const MAX_SEATS: usize = 100;

    pub fn of_seats(schedule_id: Uuid, seat_ids: Vec<Uuid>) -> Self {
        Self { schedule_id, seat_ids: Some(seat_ids), best_available: None }
    }

    /// What is wanted; `max_quantity`: seats that one fan may have of a performance.
    pub fn wanted(&self, max_quantity: u32) -> Result<(ScheduleId, SeatWish), Invalid> {
        let wish = match (&self.seat_ids, &self.best_available) {
            (Some(seats), None) => SeatWish::These(Self::named(seats)?),
            (None, Some(best)) => SeatWish::BestAvailable(best.wish(max_quantity)?),
            (Some(_), Some(_)) => {
                return Err(Invalid::new("bestAvailable", "must not stand beside seatIds"));
            }
            (None, None) => {
                return Err(Invalid::new("seatIds", "must be there, unless bestAvailable is"));
            }
        };
        Ok((ScheduleId(self.schedule_id), wish))
    }

    fn named(seat_ids: &[Uuid]) -> Result<Vec<SeatId>, Invalid> {
        if seat_ids.is_empty() || seat_ids.len() > Self::MAX_SEATS {
            return Err(Invalid::new("seatIds", "must name 1 to 100 seats"));
        }
        let mut seats: Vec<_> = seat_ids.iter().copied().map(SeatId).collect();
        seats.sort_unstable();
        seats.dedup();
        if seats.len() < seat_ids.len() {
            return Err(Invalid::new("seatIds", "must not name a seat twice"));
        }
        Ok(seats)
    }
}

impl BestAvailableBody {
    /// As long as the name of a section may be.
    const MAX_NAME: usize = 80;

    fn wish(&self, max_quantity: u32) -> Result<BestAvailable, Invalid> {
        let quantity = NonZeroU32::new(self.quantity).filter(|quantity| quantity.get() <= max_quantity);
        let out_of_range =
            || Invalid::new("bestAvailable.quantity", format!("must be from 1 to {max_quantity}"));
        let quantity = quantity.ok_or_else(out_of_range)?;
        if self.section.as_ref().is_some_and(|name| name.chars().count() > Self::MAX_NAME) {
            return Err(Invalid::new("bestAvailable.section", "must have at most 80 characters"));
        }
        Ok(BestAvailable { quantity, section: self.section.clone() })
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
