use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{
    BeginPayment, Beginning, Begun, Checkouts, Conclusion, Event, EventBody, GiveUp, GiveUpError, GivenUp,
    InventorySeat, PayError, Payment, PaymentState, Reservation, ReservationState, SeatState, SeatsEffect,
    Seen, SettleError, Settled, WalletAnswer, decide_begin, decide_give_up,
};
use domain::shared::{PaymentId, ReservationId, UserId};
use service_kit::postgres::{TransactionError, now};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::locks::{self, broken};
use super::rows::PaymentRow;
use super::schema::{payments, sales};
use super::writes;

fn lease(at: DateTime<Utc>, seconds: u32) -> DateTime<Utc> {
    at + TimeDelta::seconds(seconds.into())
}

fn seat_ids(reservation: &Reservation) -> Vec<Uuid> {
    reservation.seats.iter().map(|seat| seat.id.0).collect()
}

fn all_held_for(seats: &[InventorySeat], reservation: ReservationId, at: DateTime<Utc>) -> bool {
    seats.iter().all(|seat| seat.state.held_for(reservation, at))
}

#[async_trait]
impl Checkouts for PostgresBoxOffice {
    async fn begin(&self, begin: BeginPayment) -> Result<Begun, PayError> {
        let begun = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let known = payments::table.find(begin.payment_id.0).select(PaymentRow::as_select());
            if let Some(row) = known.first(connection).await.optional()? {
                return Ok(Begun::Underway(row.payment().map_err(broken)?));
            }
            let found = locks::reservation(connection, begin.reservation_id, Some(begin.user_id)).await?;
            let (mut reservation, seats) =
                found.ok_or(TransactionError::Refused(PayError::NoSuchReservation))?;
            // Read with all locks had: a hold that lapsed while we waited has lapsed.
            let at = now(connection).await?;
            let ours = all_held_for(&seats, reservation.id, at);
            match decide_begin(&reservation, ours, &begin, at).map_err(TransactionError::Refused)? {
                Beginning::Underway(payment) => {
                    let row = payments::table
                        .find(payment.0)
                        .select(PaymentRow::as_select())
                        .first(connection)
                        .await?;
                    Ok(Begun::Underway(row.payment().map_err(broken)?))
                }
                Beginning::Start(payment) => {
                    reservation.state = ReservationState::Paying { payment_id: payment.id };
                    writes::reservation(connection, &reservation).await?;
                    let held = SeatState::Held { by: reservation.id, until: None };
                    writes::seats(connection, &seat_ids(&reservation), held).await?;
                    let row = PaymentRow::of(&payment, lease(at, begin.lease_seconds));
                    diesel::insert_into(payments::table).values(&row).execute(connection).await?;
                    Ok(Begun::Started(payment))
                }
            }
        });
        begun.await
    }

    async fn settle(
        &self,
        payment: PaymentId,
        fence: i64,
        answer: WalletAnswer,
    ) -> Result<Settled, SettleError> {
        let settled = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let of = payments::table.find(payment.0).select(payments::reservation_id);
            let of: Option<Uuid> = of.first(connection).await.optional()?;
            let of = of.with_context(|| format!("there is no payment {payment}")).map_err(broken)?;
            let found = locks::reservation(connection, ReservationId(of), None).await?;
            let found = found.context("a payment names a reservation that is not there").map_err(broken)?;
            let (reservation, seats) = found;
            let payment = locks::payment(connection, payment).await?;
            if payment.fence != fence {
                return Err(TransactionError::Refused(SettleError::FencedOff));
            }
            let at = now(connection).await?;
            let ours = all_held_for(&seats, reservation.id, at);
            let conclusion = Conclusion::of(payment.settle(answer, at), reservation, ours);
            let event = self.write(connection, &conclusion).await?;
            Ok(Settled { payment: conclusion.payment, event })
        });
        settled.await
    }

    async fn take_stalled(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Seen<Payment>>> {
        let limit = i64::try_from(limit)?;
        let taken = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let at = now(connection).await?;
            let unrested = payments::state.eq_any(["debiting", "voiding", "refunding"]);
            let stalled = payments::table
                .filter(unrested.and(payments::lease_until.le(at)))
                .order(payments::lease_until)
                .limit(limit)
                .select(payments::payment_id)
                .for_update()
                .skip_locked();
            let ids: Vec<Uuid> = stalled.load(connection).await?;
            let taken = diesel::update(payments::table.filter(payments::payment_id.eq_any(ids)))
                .set((
                    payments::fence.eq(payments::fence + 1),
                    payments::lease_until.eq(lease(at, lease_seconds)),
                ))
                .returning(PaymentRow::as_returning());
            let rows: Vec<PaymentRow> = taken.load(connection).await?;
            let payments = rows.into_iter().map(|row| Ok(Seen { value: row.payment()?, now: at }));
            payments.collect::<anyhow::Result<Vec<_>>>().map_err(TransactionError::Refused)
        });
        taken.await
    }

    async fn give_up(
        &self,
        reservation: ReservationId,
        user: UserId,
        lease_seconds: u32,
    ) -> Result<GivenUp, GiveUpError> {
        let given_up = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let found = locks::reservation(connection, reservation, Some(user)).await?;
            let (mut reservation, _) =
                found.ok_or(TransactionError::Refused(GiveUpError::NoSuchReservation))?;
            let starts_at = sales::table.find(reservation.schedule_id.0).select(sales::starts_at);
            let starts_at: DateTime<Utc> = starts_at.first(connection).await?;
            let at = now(connection).await?;
            let decided = decide_give_up(&reservation, starts_at, at).map_err(TransactionError::Refused)?;
            match decided {
                GiveUp::Nothing => Ok(GivenUp { refund: None, event: None }),
                GiveUp::Release => {
                    writes::free_seats(connection, &reservation).await?;
                    reservation.state = ReservationState::Released;
                    writes::reservation(connection, &reservation).await?;
                    let pass_id = reservation.pass_id;
                    if !writes::pass_is_idle(connection, pass_id, at).await? {
                        return Ok(GivenUp { refund: None, event: None });
                    }
                    let event = self.enqueue(connection, EventBody::SlotYielded { pass_id }).await?;
                    Ok(GivenUp { refund: None, event: Some(event) })
                }
                GiveUp::Cancel { payment_id } => {
                    let refund =
                        undo_sale(connection, reservation, payment_id, lease(at, lease_seconds)).await?;
                    Ok(GivenUp { refund, event: None })
                }
            }
        });
        given_up.await
    }
}

/// Frees the seats, withdraws the tickets, and sends the money on its way back.
async fn undo_sale(
    connection: &mut AsyncPgConnection,
    mut reservation: Reservation,
    payment_id: PaymentId,
    lease_until: DateTime<Utc>,
) -> Result<Option<Payment>, TransactionError<GiveUpError>> {
    writes::free_seats(connection, &reservation).await?;
    writes::withdraw_tickets(connection, reservation.id).await?;
    reservation.state = ReservationState::Cancelled { payment_id };
    writes::reservation(connection, &reservation).await?;
    // Nobody else writes a captured payment, and no one gets here twice: the reservation's lock is ours.
    let refunding = locks::payment(connection, payment_id).await?.refund_instead();
    writes::payment_state(connection, &refunding).await?;
    let lease = diesel::update(payments::table.find(payment_id.0)).set(payments::lease_until.eq(lease_until));
    lease.execute(connection).await?;
    Ok((refunding.state == PaymentState::Refunding).then_some(refunding))
}

impl PostgresBoxOffice {
    /// Writes a conclusion; returns the event it caused.
    async fn write(
        &self,
        connection: &mut AsyncPgConnection,
        conclusion: &Conclusion,
    ) -> Result<Option<Event>, diesel::result::Error> {
        let Conclusion { payment, reservation, seats } = conclusion;
        writes::payment_state(connection, payment).await?;
        writes::reservation(connection, reservation).await?;
        match *seats {
            SeatsEffect::Keep => Ok(None),
            SeatsEffect::Free => {
                writes::free_seats(connection, reservation).await?;
                Ok(None)
            }
            SeatsEffect::HoldUntil(until) => {
                let held = SeatState::Held { by: reservation.id, until: Some(until) };
                writes::seats(connection, &seat_ids(reservation), held).await?;
                Ok(None)
            }
            SeatsEffect::Sell => {
                let sold = SeatState::Sold { to: reservation.id };
                writes::seats(connection, &seat_ids(reservation), sold).await?;
                self.issue_tickets(connection, reservation).await?;
                let finished = EventBody::PassFinished { pass_id: payment.pass_id };
                self.enqueue(connection, finished).await.map(Some)
            }
        }
    }
}
