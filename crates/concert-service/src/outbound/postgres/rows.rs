//! Rows, and the domain types they stand for. A row that cannot exist is an error that names it.

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::concert::{Concert, PlannedSeat, SalesWindow, Schedule};
use domain::shared::{Amount, ConcertId, QueueId, ScheduleId, SeatId};
use uuid::Uuid;

use super::schema::{concerts, schedules, seats};

/// The words of `schedules.state`.
pub const DRAFT: &str = "draft";
pub const PUBLISHED: &str = "published";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = concerts)]
pub struct ConcertRow {
    pub concert_id: Uuid,
    pub title: String,
    pub venue: String,
    pub queue_id: Uuid,
    pub sales_open_at: DateTime<Utc>,
    pub sales_close_at: DateTime<Utc>,
}

impl From<Concert> for ConcertRow {
    fn from(concert: Concert) -> Self {
        let Concert { id: ConcertId(concert_id), title, venue, queue_id: QueueId(queue_id), sales } = concert;
        let (sales_open_at, sales_close_at) = (sales.opens_at(), sales.closes_at());
        Self { concert_id, title, venue, queue_id, sales_open_at, sales_close_at }
    }
}

impl ConcertRow {
    pub fn concert(self) -> anyhow::Result<Concert> {
        let sales = SalesWindow::new(self.sales_open_at, self.sales_close_at);
        let sales = sales.with_context(|| format!("concerts.sales_close_at of {}", self.concert_id))?;
        let (id, queue_id) = (ConcertId(self.concert_id), QueueId(self.queue_id));
        Ok(Concert { id, title: self.title, venue: self.venue, queue_id, sales })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = schedules)]
pub struct ScheduleRow {
    pub schedule_id: Uuid,
    pub concert_id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub state: String,
}

impl ScheduleRow {
    pub fn draft(schedule: &Schedule) -> Self {
        let Schedule { id: ScheduleId(schedule_id), concert_id: ConcertId(concert_id), starts_at } =
            *schedule;
        Self { schedule_id, concert_id, starts_at, state: DRAFT.to_owned() }
    }

    pub fn schedule(&self) -> Schedule {
        let (id, concert_id) = (ScheduleId(self.schedule_id), ConcertId(self.concert_id));
        Schedule { id, concert_id, starts_at: self.starts_at }
    }

    pub fn is_published(&self) -> anyhow::Result<bool> {
        match self.state.as_str() {
            DRAFT => Ok(false),
            PUBLISHED => Ok(true),
            state => bail!("schedules.state of {} is {state:?}", self.schedule_id),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = seats)]
pub struct SeatRow {
    pub number: i32,
    pub seat_id: Uuid,
    pub section: String,
    pub row_number: i32,
    pub x: i32,
    pub y: i32,
    pub price: i64,
}

impl SeatRow {
    pub fn seat(self) -> anyhow::Result<PlannedSeat> {
        let Self { number, seat_id, section, row_number, x, y, price } = self;
        Ok(PlannedSeat {
            id: SeatId(seat_id),
            number: u32::try_from(number).with_context(|| format!("seats.number of {seat_id}"))?,
            section,
            row: u32::try_from(row_number).with_context(|| format!("seats.row_number of {seat_id}"))?,
            x,
            y,
            price: Amount::new(price).with_context(|| format!("seats.price of {seat_id}"))?,
        })
    }
}

/// Seats column by column, as one statement takes ten thousand of them: eight parameters, however many seats.
#[derive(Default)]
pub struct SeatColumns {
    pub numbers: Vec<i32>,
    pub seat_ids: Vec<Uuid>,
    pub sections: Vec<String>,
    pub row_numbers: Vec<i32>,
    pub xs: Vec<i32>,
    pub ys: Vec<i32>,
    pub prices: Vec<i64>,
}

impl SeatColumns {
    pub fn of(seats: &[PlannedSeat]) -> anyhow::Result<Self> {
        let mut columns = Self::default();
        for seat in seats {
            columns
                .numbers
                .push(i32::try_from(seat.number).context("a seat number beyond the column's range")?);
            columns.seat_ids.push(seat.id.0);
            columns.sections.push(seat.section.clone());
            columns
                .row_numbers
                .push(i32::try_from(seat.row).context("a row number beyond the column's range")?);
            columns.xs.push(seat.x);
            columns.ys.push(seat.y);
            columns.prices.push(seat.price.as_won());
        }
        Ok(columns)
    }
}
