use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::reservation::{InventorySeat, ReservedSeat, SeatState};
use domain::shared::{Amount, ReservationId, SeatId};
use uuid::Uuid;

use crate::outbound::postgres::schema::seats;

#[derive(Clone, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = seats)]
pub struct SeatRow {
    pub seat_id: Uuid,
    pub number: i32,
    pub section: String,
    pub row_number: i32,
    pub price: i64,
    pub status: String,
    pub reservation_id: Option<Uuid>,
    pub held_until: Option<DateTime<Utc>>,
}

impl SeatRow {
    pub fn seat(self) -> anyhow::Result<InventorySeat> {
        let row = self.seat_id;
        let state = state_of_seat(row, &self.status, self.reservation_id, self.held_until)?;
        let ReservedSeat { id, number, section, row, price } = self.reserved()?;
        Ok(InventorySeat { id, number, section, row, price, state })
    }

    pub fn reserved(self) -> anyhow::Result<ReservedSeat> {
        let row = self.seat_id;
        Ok(ReservedSeat {
            id: SeatId(row),
            number: u32::try_from(self.number).with_context(|| format!("seats.number of {row}"))?,
            section: self.section,
            row: u32::try_from(self.row_number).with_context(|| format!("seats.row_number of {row}"))?,
            price: Amount::new(self.price).with_context(|| format!("seats.price of {row}"))?,
        })
    }
}

/// The columns that a state is kept in: status, owner, and until when.
pub fn columns_of_seat(state: SeatState) -> (&'static str, Option<Uuid>, Option<DateTime<Utc>>) {
    match state {
        SeatState::Available => ("available", None, None),
        SeatState::Held { by, until } => ("held", Some(by.0), until),
        SeatState::Sold { to } => ("sold", Some(to.0), None),
        SeatState::Blocked => ("blocked", None, None),
    }
}

/// The state that a seat's columns say.
pub fn state_of_seat(
    row: Uuid,
    status: &str,
    reservation: Option<Uuid>,
    until: Option<DateTime<Utc>>,
) -> anyhow::Result<SeatState> {
    Ok(match (status, reservation) {
        ("available", None) => SeatState::Available,
        ("held", Some(by)) => SeatState::Held { by: ReservationId(by), until },
        ("sold", Some(to)) => SeatState::Sold { to: ReservationId(to) },
        ("blocked", None) => SeatState::Blocked,
        (status, _) => bail!("seats.status of {row} is {status:?}, which does not fit its reservation_id"),
    })
}
