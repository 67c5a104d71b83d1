use std::collections::HashMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{Payment, Reservation, Reservations, ReservedSeat, Seen, Ticket};
use domain::shared::{Page, PageRequest, PaymentId, ReservationId, SeatId, TicketId, UserId};
use service_kit::postgres::{classify, now};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::rows::{PaymentRow, ReservationRow, SeatRow};
use super::schema::{payments, reservations, seats, tickets};

#[async_trait]
impl Reservations for PostgresBoxOffice {
    async fn reservation(&self, id: ReservationId) -> anyhow::Result<Option<Seen<Reservation>>> {
        let mut connection = self.database.connection().await?;
        let row = reservations::table.find(id.0).select(ReservationRow::as_select());
        let row: Option<ReservationRow> = row.first(&mut connection).await.optional().map_err(classify)?;
        let Some(row) = row else { return Ok(None) };
        let known = seats_of(&mut connection, std::slice::from_ref(&row)).await?;
        let now = now(&mut connection).await.map_err(classify)?;
        Ok(Some(Seen { value: row.reservation(&known)?, now }))
    }

    async fn of_user(&self, user: UserId, page: PageRequest) -> anyhow::Result<Seen<Page<Reservation>>> {
        let mut connection = self.database.connection().await?;
        let mut rows = reservations::table
            .filter(reservations::user_id.eq(user.0))
            .order(reservations::reservation_id.desc())
            .limit(i64::try_from(page.limit() + 1)?)
            .select(ReservationRow::as_select())
            .into_boxed();
        if let Some(cursor) = page.after {
            rows = rows.filter(reservations::reservation_id.lt(cursor.0));
        }
        let rows: Vec<ReservationRow> = rows.load(&mut connection).await.map_err(classify)?;
        let known = seats_of(&mut connection, &rows).await?;
        let found = rows.iter().map(|row| row.reservation(&known)).collect::<anyhow::Result<_>>()?;
        let now = now(&mut connection).await.map_err(classify)?;
        Ok(Seen { value: Page::cut(found, &page, |reservation: &Reservation| reservation.id.0), now })
    }

    async fn tickets(&self, reservation: ReservationId) -> anyhow::Result<Vec<Ticket>> {
        let mut connection = self.database.connection().await?;
        let rows = tickets::table
            .filter(tickets::reservation_id.eq(reservation.0))
            .order(tickets::number)
            .select((tickets::ticket_id, tickets::seat_id, tickets::number));
        let rows: Vec<(Uuid, Uuid, i32)> = rows.load(&mut connection).await.map_err(classify)?;
        let tickets = rows.into_iter().map(|(id, seat, number)| {
            Ok(Ticket { id: TicketId(id), seat_id: SeatId(seat), number: u32::try_from(number)? })
        });
        tickets.collect()
    }

    async fn payment(&self, id: PaymentId) -> anyhow::Result<Option<Payment>> {
        let mut connection = self.database.connection().await?;
        let row = payments::table.find(id.0).select(PaymentRow::as_select());
        let row: Option<PaymentRow> = row.first(&mut connection).await.optional().map_err(classify)?;
        row.map(PaymentRow::payment).transpose()
    }
}

/// The seats that reservations name; what a seat is never changes, so no lock is needed.
pub async fn seats_of(
    connection: &mut AsyncPgConnection,
    rows: &[ReservationRow],
) -> anyhow::Result<HashMap<SeatId, ReservedSeat>> {
    let ids: Vec<Uuid> = rows.iter().flat_map(|row| row.seat_ids.iter().copied()).collect();
    let found = seats::table.filter(seats::seat_id.eq_any(ids)).select(SeatRow::as_select());
    let found: Vec<SeatRow> = found.load(connection).await.map_err(classify)?;
    found.into_iter().map(|row| Ok((SeatId(row.seat_id), row.reserved()?))).collect()
}
