//! Top-ups.

use anyhow::Context;
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::shared::{Amount, ChargeId, UserId};
use domain::wallet::{Charge, ChargeRefused, ChargeState, Charged, JournalEntry, ProviderAnswer};
use service_kit::postgres::{TransactionError, now};

use super::ledger::{PostgresLedger, lock_balance, post};
use super::rows::ChargeRow;
use super::schema::{charges, wallets};

pub async fn begin(
    ledger: &PostgresLedger,
    id: ChargeId,
    user: UserId,
    amount: Amount,
) -> Result<Charged, ChargeRefused> {
    let begun = ledger.database.transaction(async |connection: &mut AsyncPgConnection| {
        let known = wallets::table.find(user.0).select(wallets::user_id);
        if known.first::<uuid::Uuid>(connection).await.optional()?.is_none() {
            return Err(TransactionError::Refused(ChargeRefused::NoSuchUser));
        }
        let at = now(connection).await?;
        let fresh = Charge { id, user_id: user, amount, created_at: at, state: ChargeState::Pending };
        let inserted =
            diesel::insert_into(charges::table).values(ChargeRow::of(&fresh, at)).on_conflict_do_nothing();
        if inserted.execute(connection).await? == 1 {
            return Ok(Charged { charge: fresh, now: at });
        }
        let row = charges::table.find(id.0).select(ChargeRow::as_select()).first(connection).await?;
        let charge = row.charge().map_err(|error| TransactionError::Refused(error.into()))?;
        if charge.user_id != user || charge.amount != amount {
            return Err(TransactionError::Refused(ChargeRefused::OtherCharge));
        }
        Ok(Charged { charge, now: at })
    });
    begun.await
}

pub async fn settle(
    ledger: &PostgresLedger,
    id: ChargeId,
    answer: ProviderAnswer,
) -> anyhow::Result<Charged> {
    let settled = ledger.database.transaction(async |connection: &mut AsyncPgConnection| {
        let row = charges::table.find(id.0).select(ChargeRow::as_select()).for_update();
        let row: Option<ChargeRow> = row.first(connection).await.optional()?;
        let charge = row.context("settling a charge that was never begun").and_then(ChargeRow::charge);
        let mut charge = charge.map_err(TransactionError::Refused)?;
        let at = now(connection).await?;
        if charge.state != ChargeState::Pending {
            return Ok(Charged { charge, now: at });
        }
        charge.state = match answer.clone() {
            ProviderAnswer::Captured => {
                let balance = lock_balance(connection, charge.user_id).await?;
                let after = balance.and_then(|balance| balance.deposit(charge.amount));
                let after = after
                    .context("the wallet is missing or would overflow")
                    .map_err(TransactionError::Refused)?;
                let entry = JournalEntry::charge(ledger.entry_id(), id, charge.user_id, charge.amount);
                post(connection, &entry, charge.user_id, after, at).await?;
                ChargeState::Captured { balance_after: after }
            }
            ProviderAnswer::Declined { reason } => ChargeState::Declined { reason },
            ProviderAnswer::Cancelled => ChargeState::Cancelled,
        };
        let row = ChargeRow::of(&charge, at);
        diesel::update(charges::table.find(id.0)).set(&row).execute(connection).await?;
        Ok(Charged { charge, now: at })
    });
    settled.await
}

pub async fn stalled(
    ledger: &PostgresLedger,
    idle_seconds: u32,
    limit: usize,
) -> anyhow::Result<Vec<Charged>> {
    let limit = i64::try_from(limit)?;
    let stalled = ledger.database.transaction(async |connection: &mut AsyncPgConnection| {
        let at = now(connection).await?;
        let idle_since = at - TimeDelta::seconds(idle_seconds.into());
        let rows: Vec<ChargeRow> = charges::table
            .filter(charges::state.eq("pending").and(charges::touched_at.le(idle_since)))
            .order(charges::created_at)
            .limit(limit)
            .select(ChargeRow::as_select())
            .for_update()
            .skip_locked()
            .load(connection)
            .await?;
        let ids: Vec<_> = rows.iter().map(|row| row.charge_id).collect();
        let touched = diesel::update(charges::table.filter(charges::charge_id.eq_any(ids)));
        touched.set(charges::touched_at.eq(at)).execute(connection).await?;
        let charges = rows.into_iter().map(|row| Ok(Charged { charge: row.charge()?, now: at }));
        charges.collect::<anyhow::Result<Vec<_>>>().map_err(TransactionError::Refused)
    });
    stalled.await
}
