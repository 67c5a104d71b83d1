use std::collections::HashMap;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::reservation::{Reservation, ReservationState, ReservedSeat, SaleTerms};
use domain::shared::{
    Amount, ConcertId, EntryId, PaymentId, QueueId, ReservationId, ScheduleId, SeatId, UserId,
};
use uuid::Uuid;

use crate::outbound::postgres::schema::{reservations, sales};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sales)]
pub struct SaleRow {
    pub schedule_id: Uuid,
    pub concert_id: Uuid,
    pub queue_id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub sales_open_at: DateTime<Utc>,
    pub sales_close_at: DateTime<Utc>,
}

impl From<SaleRow> for SaleTerms {
    fn from(row: SaleRow) -> Self {
        let SaleRow { schedule_id, concert_id, queue_id, starts_at, sales_open_at, sales_close_at } = row;
        Self {
            schedule_id: ScheduleId(schedule_id),
            concert_id: ConcertId(concert_id),
            queue_id: QueueId(queue_id),
            starts_at,
            sales_open_at,
            sales_close_at,
        }
    }
}

impl From<SaleTerms> for SaleRow {
    fn from(terms: SaleTerms) -> Self {
        let SaleTerms { schedule_id, concert_id, queue_id, starts_at, sales_open_at, sales_close_at } = terms;
        Self {
            schedule_id: schedule_id.0,
            concert_id: concert_id.0,
            queue_id: queue_id.0,
            starts_at,
            sales_open_at,
            sales_close_at,
        }
    }
}

#[derive(Clone, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = reservations)]
pub struct ReservationRow {
    pub reservation_id: Uuid,
    pub schedule_id: Uuid,
    pub user_id: Uuid,
    pub pass_id: Uuid,
    pub seat_ids: Vec<Uuid>,
    pub amount: i64,
    pub status: String,
    pub payment_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub held_until: DateTime<Utc>,
}

/// The columns that a state is kept in.
pub fn status_of(state: ReservationState) -> (&'static str, Option<Uuid>) {
    let payment = match state {
        ReservationState::Paying { payment_id }
        | ReservationState::Confirmed { payment_id }
        | ReservationState::Cancelled { payment_id } => Some(payment_id.0),
        ReservationState::Held | ReservationState::Released | ReservationState::Expired => None,
    };
    (state.word(), payment)
}

impl ReservationRow {
    pub fn of(reservation: &Reservation) -> Self {
        let (status, payment_id) = status_of(reservation.state);
        Self {
            reservation_id: reservation.id.0,
            schedule_id: reservation.schedule_id.0,
            user_id: reservation.user_id.0,
            pass_id: reservation.pass_id.0,
            seat_ids: reservation.seats.iter().map(|seat| seat.id.0).collect(),
            amount: reservation.amount.as_won(),
            status: status.to_owned(),
            payment_id,
            created_at: reservation.created_at,
            held_until: reservation.held_until,
        }
    }

    fn state(&self) -> anyhow::Result<ReservationState> {
        Ok(match (self.status.as_str(), self.payment_id.map(PaymentId)) {
            ("held", None) => ReservationState::Held,
            ("released", None) => ReservationState::Released,
            ("expired", None) => ReservationState::Expired,
            ("paying", Some(payment_id)) => ReservationState::Paying { payment_id },
            ("confirmed", Some(payment_id)) => ReservationState::Confirmed { payment_id },
            ("cancelled", Some(payment_id)) => ReservationState::Cancelled { payment_id },
            (status, _) => {
                bail!(
                    "reservations.status of {} is {status:?}, which does not fit its payment_id",
                    self.reservation_id
                )
            }
        })
    }

    /// The reservation, its seats taken out of `known`.
    pub fn reservation(&self, known: &HashMap<SeatId, ReservedSeat>) -> anyhow::Result<Reservation> {
        let row = self.reservation_id;
        let seats = self.seat_ids.iter().map(|id| known.get(&SeatId(*id)).cloned());
        let seats: Option<Vec<_>> = seats.collect();
        let mut seats = seats
            .with_context(|| format!("reservations.seat_ids of {row} names a seat that is not there"))?;
        seats.sort_by_key(|seat| seat.number);
        Ok(Reservation {
            id: ReservationId(row),
            schedule_id: ScheduleId(self.schedule_id),
            user_id: UserId(self.user_id),
            pass_id: EntryId(self.pass_id),
            seats,
            amount: Amount::new(self.amount).with_context(|| format!("reservations.amount of {row}"))?,
            created_at: self.created_at,
            held_until: self.held_until,
            state: self.state()?,
        })
    }
}
