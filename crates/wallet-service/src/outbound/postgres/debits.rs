//! Payments, voids and refunds: each once under its payment's id.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::shared::{Balance, PaymentId};
use domain::wallet::{Debit, DebitAnswer, DebitRequest, DebitState, JournalEntry, RefundAnswer, VoidAnswer};
use service_kit::postgres::{TransactionError, now};

use super::ledger::{PostgresLedger, lock_balance, post};
use super::rows::DebitRow;
use super::schema::debits;

type Refusable<T> = Result<T, TransactionError<anyhow::Error>>;

pub async fn debit(ledger: &PostgresLedger, request: DebitRequest) -> anyhow::Result<DebitAnswer> {
    let debited = ledger.database.transaction(async |connection: &mut AsyncPgConnection| {
        let recorded = claim(connection, request.payment_id).await?;
        let balance = match recorded {
            Some(_) => Balance::ZERO,
            None => lock_balance(connection, request.user_id).await?.unwrap_or_default(),
        };
        let (answer, written) = Debit::decide(recorded, &request, balance);
        if let Some((debit, balance_after)) = written {
            if let DebitState::Captured { user_id, amount, .. } = debit.state {
                let entry = JournalEntry::payment(ledger.entry_id(), debit.payment_id, user_id, amount);
                let at = now(connection).await?;
                post(connection, &entry, user_id, balance_after, at).await?;
            }
            save(connection, &debit).await?;
        }
        Ok(answer)
    });
    debited.await
}

pub async fn void(ledger: &PostgresLedger, payment: PaymentId) -> anyhow::Result<VoidAnswer> {
    let voided = ledger.database.transaction(async |connection: &mut AsyncPgConnection| {
        let recorded = claim(connection, payment).await?;
        let (answer, tombstone) = Debit::void(recorded, payment);
        if let Some(debit) = tombstone {
            save(connection, &debit).await?;
        }
        Ok(answer)
    });
    voided.await
}

pub async fn refund(ledger: &PostgresLedger, payment: PaymentId) -> anyhow::Result<RefundAnswer> {
    let refunded = ledger.database.transaction(async |connection: &mut AsyncPgConnection| {
        let recorded = read(connection, payment).await?;
        let balance = match recorded.map(|debit| debit.state) {
            Some(DebitState::Captured { user_id, .. }) => {
                lock_balance(connection, user_id).await?.unwrap_or_default()
            }
            Some(DebitState::Declined { .. } | DebitState::Voided | DebitState::Refunded { .. }) | None => {
                Balance::ZERO
            }
        };
        let (answer, written) = Debit::refund(recorded, balance);
        if let Some((debit, balance_after)) = written {
            if let DebitState::Refunded { user_id, amount, .. } = debit.state {
                let entry = JournalEntry::refund(ledger.entry_id(), payment, user_id, amount);
                let at = now(connection).await?;
                post(connection, &entry, user_id, balance_after, at).await?;
            }
            save(connection, &debit).await?;
        }
        Ok(answer)
    });
    refunded.await
}

/// Makes this transaction the only one that decides about a payment id. A provisional tombstone is the lock: whoever
/// comes second waits on its primary key until the first has committed, and then reads what was decided.
async fn claim(connection: &mut AsyncPgConnection, payment: PaymentId) -> Refusable<Option<Debit>> {
    let provisional = DebitRow::of(&Debit { payment_id: payment, state: DebitState::Voided });
    let inserted = diesel::insert_into(debits::table).values(&provisional).on_conflict_do_nothing();
    if inserted.execute(connection).await? == 1 {
        return Ok(None);
    }
    read(connection, payment).await
}

async fn read(connection: &mut AsyncPgConnection, payment: PaymentId) -> Refusable<Option<Debit>> {
    let row = debits::table.find(payment.0).select(DebitRow::as_select()).for_update();
    let row: Option<DebitRow> = row.first(connection).await.optional()?;
    row.map(DebitRow::debit).transpose().map_err(TransactionError::Refused)
}

async fn save(connection: &mut AsyncPgConnection, debit: &Debit) -> Refusable<()> {
    let row = DebitRow::of(debit);
    diesel::update(debits::table.find(row.payment_id)).set(&row).execute(connection).await?;
    Ok(())
}
