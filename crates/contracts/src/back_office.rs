//! What those who run a sale see and do: `/v1/admin/schedules/…` and `/v1/admin/reservations/…`.

use chrono::{DateTime, Utc};
use domain::reservation::{
    Inspected, Payment, PaymentFigures, PaymentState, Release, ReleaseReason, ReservationFigures,
    ReservationStatus, SalesFigures, SeatFigures, SeatSought, Seen,
};
use domain::shared::{Page, ScheduleId, SeatId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Invalid;
use crate::reservation::ReservedSeatBody;

/// How a performance sells, all of it at one moment of the database's clock.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SalesBody {
    pub schedule_id: Uuid,
    pub seats: SeatFiguresBody,
    pub reservations: ReservationFiguresBody,
    pub payments: PaymentFiguresBody,
    /// How long ago the oldest payment began that is `processing` or `voiding`, in whole seconds.
    pub oldest_processing_seconds: Option<i64>,
    /// Won: what the sold seats cost.
    pub sales_amount: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatFiguresBody {
    /// The sum of the others.
    pub total: u64,
    /// Also those whose hold has run out.
    pub available: u64,
    pub held: u64,
    /// Held without an end, because they are being paid for.
    pub paying: u64,
    pub sold: u64,
    pub blocked: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReservationFiguresBody {
    pub held: u64,
    pub paying: u64,
    pub confirmed: u64,
    pub released: u64,
    /// Also those whose time has run out and which nothing has swept up yet.
    pub expired: u64,
    pub cancelled: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentFiguresBody {
    /// The wallet has been asked for the money and has yet to answer.
    pub processing: u64,
    /// Given up for want of an answer: the wallet is being asked to take nothing.
    pub voiding: u64,
    pub captured: u64,
    /// Too little money.
    pub declined: u64,
    /// Nothing was taken and nothing will be.
    pub voided: u64,
    pub refunding: u64,
    pub refunded: u64,
}

impl SalesBody {
    pub fn of(schedule: ScheduleId, figures: &SalesFigures) -> Self {
        let SalesFigures { seats, reservations, payments, oldest_processing, sold_for } = *figures;
        Self {
            schedule_id: schedule.0,
            seats: seats.into(),
            reservations: reservations.into(),
            payments: payments.into(),
            oldest_processing_seconds: oldest_processing.map(|age| age.num_seconds().max(0)),
            sales_amount: sold_for.as_won(),
        }
    }
}

impl From<SeatFigures> for SeatFiguresBody {
    fn from(figures: SeatFigures) -> Self {
        let total = figures.total();
        let SeatFigures { available, held, paying, sold, blocked } = figures;
        Self { total, available, held, paying, sold, blocked }
    }
}

impl From<ReservationFigures> for ReservationFiguresBody {
    fn from(figures: ReservationFigures) -> Self {
        let ReservationFigures { held, paying, confirmed, released, expired, cancelled } = figures;
        Self { held, paying, confirmed, released, expired, cancelled }
    }
}

impl From<PaymentFigures> for PaymentFiguresBody {
    fn from(figures: PaymentFigures) -> Self {
        let PaymentFigures { debiting, voiding, captured, declined, voided, refunding, refunded } = figures;
        Self { processing: debiting, voiding, captured, declined, voided, refunding, refunded }
    }
}

/// A reservation with all that explains how it stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InspectedReservationBody {
    pub reservation_id: Uuid,
    pub schedule_id: Uuid,
    pub user_id: Uuid,
    pub status: ReservationStatusBody,
    pub seats: Vec<ReservedSeatBody>,
    /// Won, for all seats.
    pub amount: i64,
    pub created_at: DateTime<Utc>,
    /// When the hold ends, or would have ended.
    pub expires_at: DateTime<Utc>,
    /// The last that was begun, however it ended.
    pub payment: Option<InspectedPaymentBody>,
    /// Where an operator released it.
    pub release: Option<ReleaseBody>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReservationStatusBody {
    Held,
    /// A payment is under way.
    Paying,
    Confirmed,
    /// Given up by the fan, or released by an operator.
    Released,
    Expired,
    Cancelled,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InspectedPaymentBody {
    pub payment_id: Uuid,
    pub status: InspectedPaymentStatus,
    pub started_at: DateTime<Utc>,
}

/// What each word means stands with the figures of payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InspectedPaymentStatus {
    Processing,
    Voiding,
    Captured,
    Declined,
    Voided,
    Refunding,
    Refunded,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseBody {
    pub reason: String,
    /// The operator's user id.
    pub released_by: Uuid,
    pub released_at: DateTime<Utc>,
}

impl From<ReservationStatusBody> for ReservationStatus {
    fn from(body: ReservationStatusBody) -> Self {
        match body {
            ReservationStatusBody::Held => Self::Held,
            ReservationStatusBody::Paying => Self::Paying,
            ReservationStatusBody::Confirmed => Self::Confirmed,
            ReservationStatusBody::Released => Self::Released,
            ReservationStatusBody::Expired => Self::Expired,
            ReservationStatusBody::Cancelled => Self::Cancelled,
        }
    }
}

impl From<ReservationStatus> for ReservationStatusBody {
    fn from(status: ReservationStatus) -> Self {
        match status {
            ReservationStatus::Held => Self::Held,
            ReservationStatus::Paying => Self::Paying,
            ReservationStatus::Confirmed => Self::Confirmed,
            ReservationStatus::Released => Self::Released,
            ReservationStatus::Expired => Self::Expired,
            ReservationStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl From<PaymentState> for InspectedPaymentStatus {
    fn from(state: PaymentState) -> Self {
        match state {
            PaymentState::Debiting => Self::Processing,
            PaymentState::Voiding => Self::Voiding,
            PaymentState::Captured { .. } => Self::Captured,
            PaymentState::Declined { .. } => Self::Declined,
            PaymentState::Voided => Self::Voided,
            PaymentState::Refunding => Self::Refunding,
            PaymentState::Refunded { .. } => Self::Refunded,
        }
    }
}

impl From<Payment> for InspectedPaymentBody {
    fn from(payment: Payment) -> Self {
        Self { payment_id: payment.id.0, status: payment.state.into(), started_at: payment.created_at }
    }
}

impl From<Release> for ReleaseBody {
    fn from(release: Release) -> Self {
        let reason = release.reason.as_str().to_owned();
        Self { reason, released_by: release.by.0, released_at: release.at }
    }
}

impl From<Seen<Inspected>> for InspectedReservationBody {
    fn from(seen: Seen<Inspected>) -> Self {
        let Seen { value: Inspected { reservation, payment, release }, now } = seen;
        Self {
            reservation_id: reservation.id.0,
            schedule_id: reservation.schedule_id.0,
            user_id: reservation.user_id.0,
            status: reservation.state_at(now).status().into(),
            amount: reservation.amount.as_won(),
            created_at: reservation.created_at,
            expires_at: reservation.held_until,
            seats: reservation.seats.into_iter().map(Into::into).collect(),
            payment: payment.map(Into::into),
            release: release.map(Into::into),
        }
    }
}

/// A page of a performance's reservations, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InspectedReservationsBody {
    pub reservations: Vec<InspectedReservationBody>,
    pub next_cursor: Option<String>,
}

impl From<Seen<Page<Inspected>>> for InspectedReservationsBody {
    fn from(seen: Seen<Page<Inspected>>) -> Self {
        let Seen { value: page, now } = seen;
        let next_cursor = page.next.map(|cursor| cursor.to_string());
        let reservations = page.items.into_iter().map(|value| Seen { value, now }.into());
        Self { reservations: reservations.collect(), next_cursor }
    }
}

/// A seat by its id or its number.
pub fn seat_sought(text: &str) -> Result<SeatSought, Invalid> {
    if let Ok(number) = text.parse() {
        return Ok(SeatSought::Number(number));
    }
    let id = Uuid::try_parse(text).map_err(|_| Invalid::new("seat", "must be a seat's id or its number"))?;
    Ok(SeatSought::Id(SeatId(id)))
}

/// `POST /v1/admin/reservations/{reservationId}/release`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReleaseBody {
    /// Why: 1 to 200 characters, kept for ever beside who asked for it.
    #[schema(min_length = 1, max_length = 200, example = "The fan called: the browser crashed")]
    pub reason: String,
}

impl NewReleaseBody {
    pub fn reason(&self) -> Result<ReleaseReason, Invalid> {
        ReleaseReason::new(&self.reason).map_err(|invalid| Invalid::new("reason", invalid))
    }
}
