mod desk;
mod giving_up;
mod steps;
mod write;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{
    BeginPayment, Begun, Checkouts, GiveUpError, GivenUp, PayError, Payment, Seen, SettleError, Settled,
    WalletAnswer,
};
use domain::shared::{PaymentId, ReservationId, UserId};
use service_kit::postgres::{TransactionError, now};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::rows::PaymentRow;
use super::schema::payments;

pub use giving_up::end_hold;
pub use steps::{Outcome, STEPS, Step, Steps};

fn lease(at: DateTime<Utc>, seconds: u32) -> DateTime<Utc> {
    at + TimeDelta::seconds(seconds.into())
}

#[async_trait]
impl Checkouts for PostgresBoxOffice {
    async fn begin(&self, begin: BeginPayment) -> Result<Begun, PayError> {
        match self.steps.carry_out(Step::Begin(begin)).await? {
            Outcome::Begun(begun) => begun,
            Outcome::Settled(settled) => Err(answered_otherwise(&settled).into()),
        }
    }

    async fn settle(
        &self,
        payment: PaymentId,
        fence: i64,
        answer: WalletAnswer,
    ) -> Result<Settled, SettleError> {
        match self.steps.carry_out(Step::Settle { payment, fence, answer }).await? {
            Outcome::Settled(settled) => settled,
            Outcome::Begun(begun) => Err(answered_otherwise(&begun).into()),
        }
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
            if ids.is_empty() {
                return Ok(Vec::new());
            }
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
        giving_up::give_up(self, reservation, user, lease_seconds).await
    }
}

fn answered_otherwise(answer: &impl std::fmt::Debug) -> anyhow::Error {
    anyhow::anyhow!("a step of the saga was answered as another: {answer:?}")
}
