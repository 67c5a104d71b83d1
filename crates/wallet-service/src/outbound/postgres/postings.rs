//! Journal lines and balances, for a whole set of commands: the wallets locked at once, what each command moves decided
//! over what the ones before it have left, and all of it written at once.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::shared::{Balance, UserId};
use domain::wallet::JournalEntry;
use service_kit::postgres::{TransactionError, statement};
use uuid::Uuid;

use super::rows::{self, JournalLineRow};
use super::schema::wallets;

type Refusable<T> = Result<T, TransactionError<anyhow::Error>>;

/// The wallets that a set moves, locked, with their running balances.
pub struct Postings {
    balances: BTreeMap<UserId, Balance>,
    moved: BTreeSet<UserId>,
    /// In the order of the decisions, each with the balance it leaves.
    entries: Vec<(JournalEntry, Balance)>,
}

impl Postings {
    /// Locks the wallets by id, after the rows of the commands themselves. Rows that refer to a wallet may still be
    /// written by others.
    pub async fn lock(connection: &mut AsyncPgConnection, users: BTreeSet<UserId>) -> Refusable<Self> {
        let mut balances = BTreeMap::new();
        if !users.is_empty() {
            let ids: Vec<Uuid> = users.into_iter().map(|user| user.0).collect();
            let locked = wallets::table.filter(wallets::user_id.eq_any(ids)).order(wallets::user_id);
            let locked = locked.select((wallets::user_id, wallets::balance)).for_no_key_update();
            for (user, won) in locked.load::<(Uuid, i64)>(connection).await? {
                let balance = rows::balance(won).with_context(|| format!("wallets.balance of {user}"));
                balances.insert(UserId(user), balance.map_err(TransactionError::Refused)?);
            }
        }
        Ok(Self { balances, moved: BTreeSet::new(), entries: Vec::new() })
    }

    /// What the wallet holds at this point of the set; `None`: there is no such wallet, or it was not locked.
    pub fn balance(&self, user: UserId) -> Option<Balance> {
        self.balances.get(&user).copied()
    }

    /// Takes an entry and the balance it leaves, together.
    pub fn post(&mut self, entry: JournalEntry, user: UserId, balance_after: Balance) {
        self.balances.insert(user, balance_after);
        self.moved.insert(user);
        self.entries.push((entry, balance_after));
    }

    /// Writes what was taken. The lines get their positions in the order in which they were decided.
    pub async fn write(&self, connection: &mut AsyncPgConnection, at: DateTime<Utc>) -> Refusable<()> {
        if self.entries.is_empty() {
            return Ok(());
        }
        self.write_lines(connection, at).await?;
        self.write_balances(connection).await
    }

    async fn write_lines(&self, connection: &mut AsyncPgConnection, at: DateTime<Utc>) -> Refusable<()> {
        let lines = self.entries.iter().flat_map(|(entry, after)| JournalLineRow::of(entry, *after, at));
        let lines: Vec<_> = lines.collect();
        let insert = statement(
            "INSERT INTO journal_lines (entry_id, account, user_id, amount, balance_after, reason, reference, created_at) \
             SELECT entry_id, account, user_id, amount, balance_after, reason, reference, $8 \
             FROM unnest($1, $2, $3, $4, $5, $6, $7) WITH ORDINALITY \
                  AS lines (entry_id, account, user_id, amount, balance_after, reason, reference, nth) \
             ORDER BY nth",
        );
        insert
            .bind::<Array<SqlUuid>, _>(lines.iter().map(|line| line.entry_id).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(lines.iter().map(|line| line.account.as_str()).collect::<Vec<_>>())
            .bind::<Array<Nullable<SqlUuid>>, _>(lines.iter().map(|line| line.user_id).collect::<Vec<_>>())
            .bind::<Array<BigInt>, _>(lines.iter().map(|line| line.amount).collect::<Vec<_>>())
            .bind::<Array<Nullable<BigInt>>, _>(
                lines.iter().map(|line| line.balance_after).collect::<Vec<_>>(),
            )
            .bind::<Array<Text>, _>(lines.iter().map(|line| line.reason.as_str()).collect::<Vec<_>>())
            .bind::<Array<SqlUuid>, _>(lines.iter().map(|line| line.reference).collect::<Vec<_>>())
            .bind::<Timestamptz, _>(at)
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn write_balances(&self, connection: &mut AsyncPgConnection) -> Refusable<()> {
        let moved = self.moved.iter().filter_map(|user| Some((user.0, self.balance(*user)?.as_won())));
        let (users, balances): (Vec<Uuid>, Vec<i64>) = moved.unzip();
        let update = statement(
            "UPDATE wallets SET balance = moved.balance FROM unnest($1, $2) AS moved (user_id, balance) \
             WHERE wallets.user_id = moved.user_id",
        );
        let update = update.bind::<Array<SqlUuid>, _>(users).bind::<Array<BigInt>, _>(balances);
        all_written("wallets", self.moved.len(), update.execute(connection).await?)
    }
}

/// What was locked is there to be written.
pub fn all_written(table: &str, decided: usize, written: usize) -> Refusable<()> {
    if written == decided {
        return Ok(());
    }
    Err(TransactionError::Refused(anyhow::anyhow!(
        "{written} rows of {table} were there for {decided} decisions"
    )))
}
