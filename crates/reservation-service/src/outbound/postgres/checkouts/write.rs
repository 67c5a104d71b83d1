//! Writing what was decided of a set of steps: one statement for each table, however many there are.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{Event, Payment, Reservation, ReservationState, SeatState, Ticket};
use domain::shared::{PaymentId, ReservationId, SeatId};
use futures_util::future::{try_join, try_join3};
use service_kit::postgres::statement;
use uuid::Uuid;

use crate::outbound::postgres::outbox;
use crate::outbound::postgres::rows::{PaymentRow, columns_of_seat, status_of};

/// Rows as they are to be, the last word on each.
#[derive(Default)]
pub struct Changes {
    reservations: BTreeMap<ReservationId, ReservationState>,
    seats: BTreeMap<SeatId, SeatState>,
    begun: BTreeMap<PaymentId, PaymentRow>,
    settled: BTreeMap<PaymentId, PaymentRow>,
    tickets: Vec<(ReservationId, Ticket)>,
    events: Vec<Event>,
}

impl Changes {
    pub fn reservation(&mut self, reservation: &Reservation) {
        self.reservations.insert(reservation.id, reservation.state);
    }

    pub fn seat(&mut self, id: SeatId, state: SeatState) {
        self.seats.insert(id, state);
    }

    pub fn begun(&mut self, payment: &Payment, lease_until: DateTime<Utc>) {
        self.begun.insert(payment.id, PaymentRow::of(payment, lease_until));
    }

    /// Its fence and lease stay.
    pub fn settled(&mut self, payment: &Payment) {
        match self.begun.get_mut(&payment.id) {
            // It is written with its end.
            Some(begun) => *begun = PaymentRow::of(payment, begun.lease_until),
            None => drop(self.settled.insert(payment.id, PaymentRow::of(payment, payment.created_at))),
        }
    }

    pub fn issued(&mut self, to: ReservationId, ticket: Ticket) {
        self.tickets.push((to, ticket));
    }

    pub fn caused(&mut self, event: Event) {
        self.events.push(event);
    }

    /// All statements are sent together: none needs what another has written.
    pub async fn write(mut self, connection: &AsyncPgConnection) -> QueryResult<()> {
        if self.a_payment_makes_room() {
            let settled = std::mem::take(&mut self.settled);
            write_payments(connection, settled.into_values().collect()).await?;
        }
        let owners = try_join3(
            write_reservations(connection, &self.reservations),
            write_seats(connection, &self.seats),
            insert_tickets(connection, &self.tickets),
        );
        let money = try_join3(
            write_payments(connection, self.settled.into_values().collect()),
            insert_payments(connection, self.begun.into_values().collect()),
            outbox::enqueue(connection, &self.events),
        );
        try_join(owners, money).await?;
        Ok(())
    }

    /// Whether a payment that ends and one that begins are of the same reservation: the first has to have ended
    /// (`payments_live`).
    fn a_payment_makes_room(&self) -> bool {
        let ending: BTreeSet<Uuid> = self.settled.values().map(|row| row.reservation_id).collect();
        self.begun.values().any(|row| ending.contains(&row.reservation_id))
    }
}

async fn write_reservations(
    mut connection: &AsyncPgConnection,
    changed: &BTreeMap<ReservationId, ReservationState>,
) -> QueryResult<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = changed.keys().map(|id| id.0).collect();
    let (statuses, payments): (Vec<_>, Vec<_>) = changed.values().map(|state| status_of(*state)).unzip();
    let update = statement(
        "UPDATE reservations SET status = changed.status, payment_id = changed.payment_id \
         FROM unnest($1, $2, $3) AS changed (reservation_id, status, payment_id) \
         WHERE reservations.reservation_id = changed.reservation_id",
    );
    update
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(statuses)
        .bind::<Array<Nullable<SqlUuid>>, _>(payments)
        .execute(&mut connection)
        .await?;
    Ok(())
}

async fn write_seats(
    mut connection: &AsyncPgConnection,
    changed: &BTreeMap<SeatId, SeatState>,
) -> QueryResult<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = changed.keys().map(|id| id.0).collect();
    let columns = changed.values().map(|state| columns_of_seat(*state));
    let (statuses, (owners, until)): (Vec<_>, (Vec<_>, Vec<_>)) =
        columns.map(|(status, owner, until)| (status, (owner, until))).unzip();
    let update = statement(
        "UPDATE seats SET status = changed.status, reservation_id = changed.reservation_id, \
                          held_until = changed.held_until, changed_in = this_version() \
         FROM unnest($1, $2, $3, $4) AS changed (seat_id, status, reservation_id, held_until) \
         WHERE seats.seat_id = changed.seat_id",
    );
    update
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(statuses)
        .bind::<Array<Nullable<SqlUuid>>, _>(owners)
        .bind::<Array<Nullable<Timestamptz>>, _>(until)
        .execute(&mut connection)
        .await?;
    Ok(())
}

async fn insert_payments(mut connection: &AsyncPgConnection, rows: Vec<PaymentRow>) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids = |of: fn(&PaymentRow) -> Uuid| rows.iter().map(of).collect::<Vec<_>>();
    let times = |of: fn(&PaymentRow) -> DateTime<Utc>| rows.iter().map(of).collect::<Vec<_>>();
    let insert = statement(
        "INSERT INTO payments (payment_id, reservation_id, user_id, pass_id, amount, state, balance, ended_at, \
                               fence, lease_until, created_at) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    );
    insert
        .bind::<Array<SqlUuid>, _>(ids(|row| row.payment_id))
        .bind::<Array<SqlUuid>, _>(ids(|row| row.reservation_id))
        .bind::<Array<SqlUuid>, _>(ids(|row| row.user_id))
        .bind::<Array<SqlUuid>, _>(ids(|row| row.pass_id))
        .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.amount).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(rows.iter().map(|row| row.state.as_str()).collect::<Vec<_>>())
        .bind::<Array<Nullable<BigInt>>, _>(rows.iter().map(|row| row.balance).collect::<Vec<_>>())
        .bind::<Array<Nullable<Timestamptz>>, _>(rows.iter().map(|row| row.ended_at).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.fence).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(times(|row| row.lease_until))
        .bind::<Array<Timestamptz>, _>(times(|row| row.created_at))
        .execute(&mut connection)
        .await?;
    Ok(())
}

async fn write_payments(mut connection: &AsyncPgConnection, rows: Vec<PaymentRow>) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let update = statement(
        "UPDATE payments SET state = settled.state, balance = settled.balance, ended_at = settled.ended_at \
         FROM unnest($1, $2, $3, $4) AS settled (payment_id, state, balance, ended_at) \
         WHERE payments.payment_id = settled.payment_id",
    );
    update
        .bind::<Array<SqlUuid>, _>(rows.iter().map(|row| row.payment_id).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(rows.iter().map(|row| row.state.as_str()).collect::<Vec<_>>())
        .bind::<Array<Nullable<BigInt>>, _>(rows.iter().map(|row| row.balance).collect::<Vec<_>>())
        .bind::<Array<Nullable<Timestamptz>>, _>(rows.iter().map(|row| row.ended_at).collect::<Vec<_>>())
        .execute(&mut connection)
        .await?;
    Ok(())
}

async fn insert_tickets(
    mut connection: &AsyncPgConnection,
    tickets: &[(ReservationId, Ticket)],
) -> QueryResult<()> {
    if tickets.is_empty() {
        return Ok(());
    }
    // A seat number is far below 2^31.
    let numbers = tickets.iter().map(|(_, ticket)| i32::try_from(ticket.number).unwrap_or(i32::MAX));
    let insert = statement(
        "INSERT INTO tickets (ticket_id, reservation_id, seat_id, number) SELECT * FROM unnest($1, $2, $3, $4)",
    );
    insert
        .bind::<Array<SqlUuid>, _>(tickets.iter().map(|(_, ticket)| ticket.id.0).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(tickets.iter().map(|(of, _)| of.0).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(tickets.iter().map(|(_, ticket)| ticket.seat_id.0).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(numbers.collect::<Vec<_>>())
        .execute(&mut connection)
        .await?;
    Ok(())
}
