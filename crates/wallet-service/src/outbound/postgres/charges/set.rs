use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use anyhow::Context;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::shared::{Amount, ChargeId, IdGenerator, JournalEntryId, UserId};
use domain::wallet::{Charge, ChargeRefused, ChargeState, Charged, JournalEntry, ProviderAnswer};
use service_kit::postgres::{TransactionError, now, statement};
use uuid::Uuid;

use super::Command;
use crate::outbound::postgres::postings::{Postings, all_written};
use crate::outbound::postgres::rows::ChargeRow;
use crate::outbound::postgres::schema::{charges, wallets};

type Refusable<T> = Result<T, TransactionError<anyhow::Error>>;

/// What the set is about, locked, and what has been decided of it so far.
pub struct Set {
    now: DateTime<Utc>,
    users: HashSet<UserId>,
    /// Written with the claim of their ids; each counts from its turn in the set on.
    new: HashMap<ChargeId, Charge>,
    recorded: HashMap<ChargeId, Charge>,
    settled: BTreeMap<ChargeId, Charge>,
    postings: Postings,
}

impl Set {
    /// First the charges, in order, and then the wallets, in order, as in every transaction.
    pub async fn lock(connection: &mut AsyncPgConnection, commands: &[Command]) -> Refusable<Self> {
        let users = users(connection, commands).await?;
        let new = begin(connection, commands, &users).await?;
        let known = commands.iter().map(Command::charge).filter(|id| !new.contains_key(id));
        let recorded = read(connection, known.collect()).await?;
        let captured = commands.iter().filter_map(|command| match command {
            Command::Settle { id, answer: ProviderAnswer::Captured } => {
                Some(recorded.get(id).or_else(|| new.get(id))?.user_id)
            }
            Command::Settle {
                answer: ProviderAnswer::Declined { .. } | ProviderAnswer::Cancelled, ..
            }
            | Command::Begin { .. } => None,
        });
        let postings = Postings::lock(connection, captured.collect()).await?;
        // Read with all locks had, so that it is the time at which these charges are decided.
        let now = now(connection).await?;
        Ok(Self { now, users, new, recorded, settled: BTreeMap::new(), postings })
    }

    pub fn decide(&mut self, command: &Command, ids: &dyn IdGenerator) -> Result<Charged, ChargeRefused> {
        let charge = match command {
            Command::Begin { id, user, amount } => self.begin(*id, *user, *amount)?,
            Command::Settle { id, answer } => self.settle(*id, answer, ids)?,
        };
        Ok(Charged { charge, now: self.now })
    }

    fn begin(&mut self, id: ChargeId, user: UserId, amount: Amount) -> Result<Charge, ChargeRefused> {
        if !self.users.contains(&user) {
            return Err(ChargeRefused::NoSuchUser);
        }
        if let Some(charge) = self.new.remove(&id) {
            self.recorded.insert(id, charge);
        }
        let charge = self.recorded.get(&id).context("a charge that was begun is gone")?;
        if charge.user_id != user || charge.amount != amount {
            return Err(ChargeRefused::OtherCharge);
        }
        Ok(charge.clone())
    }

    fn settle(
        &mut self,
        id: ChargeId,
        answer: &ProviderAnswer,
        ids: &dyn IdGenerator,
    ) -> anyhow::Result<Charge> {
        let recorded = self.recorded.get(&id).context("settling a charge that was never begun")?;
        let mut charge = recorded.clone();
        if charge.state != ChargeState::Pending {
            return Ok(charge);
        }
        charge.state = match answer {
            ProviderAnswer::Captured => {
                let balance = self.postings.balance(charge.user_id);
                let after = balance.and_then(|balance| balance.deposit(charge.amount));
                let after = after.context("the wallet is missing or would overflow")?;
                let entry =
                    JournalEntry::charge(JournalEntryId(ids.next()), id, charge.user_id, charge.amount);
                self.postings.post(entry, charge.user_id, after);
                ChargeState::Captured { balance_after: after }
            }
            ProviderAnswer::Declined { reason } => ChargeState::Declined { reason: reason.clone() },
            ProviderAnswer::Cancelled => ChargeState::Cancelled,
        };
        self.recorded.insert(id, charge.clone());
        self.settled.insert(id, charge.clone());
        Ok(charge)
    }

    pub async fn write(&self, connection: &mut AsyncPgConnection) -> Refusable<()> {
        if self.settled.is_empty() {
            return Ok(());
        }
        self.postings.write(connection, self.now).await?;
        let rows: Vec<_> = self.settled.values().map(|charge| ChargeRow::of(charge, self.now)).collect();
        let update = statement(
            "UPDATE charges SET state = settled.state, balance_after = settled.balance_after, \
                                decline_reason = settled.decline_reason, touched_at = $5 \
             FROM unnest($1, $2, $3, $4) AS settled (charge_id, state, balance_after, decline_reason) \
             WHERE charges.charge_id = settled.charge_id",
        );
        let reasons = rows.iter().map(|row| row.decline_reason.as_deref());
        let written = update
            .bind::<Array<SqlUuid>, _>(rows.iter().map(|row| row.charge_id).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(rows.iter().map(|row| row.state.as_str()).collect::<Vec<_>>())
            .bind::<Array<Nullable<BigInt>>, _>(rows.iter().map(|row| row.balance_after).collect::<Vec<_>>())
            .bind::<Array<Nullable<Text>>, _>(reasons.collect::<Vec<_>>())
            .bind::<Timestamptz, _>(self.now)
            .execute(connection)
            .await?;
        all_written("charges", rows.len(), written)
    }
}

impl Command {
    fn charge(&self) -> ChargeId {
        match self {
            Self::Begin { id, .. } | Self::Settle { id, .. } => *id,
        }
    }
}

/// Those who would begin a charge and have a wallet.
async fn users(connection: &mut AsyncPgConnection, commands: &[Command]) -> Refusable<HashSet<UserId>> {
    let users = commands.iter().filter_map(|command| match command {
        Command::Begin { user, .. } => Some(user.0),
        Command::Settle { .. } => None,
    });
    let users: BTreeSet<_> = users.collect();
    if users.is_empty() {
        return Ok(HashSet::new());
    }
    let known = wallets::table.filter(wallets::user_id.eq_any(users)).select(wallets::user_id);
    let known: Vec<Uuid> = known.load(connection).await?;
    Ok(known.into_iter().map(UserId).collect())
}

#[derive(QueryableByName)]
struct Begun {
    #[diesel(sql_type = SqlUuid)]
    charge_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

/// Writes the new ones of those who have a wallet, each as it was asked for first, by id.
async fn begin(
    connection: &mut AsyncPgConnection,
    commands: &[Command],
    users: &HashSet<UserId>,
) -> Refusable<HashMap<ChargeId, Charge>> {
    let mut wanted = BTreeMap::new();
    for command in commands {
        match command {
            Command::Begin { id, user, amount } if users.contains(user) => {
                wanted.entry(*id).or_insert((*user, *amount));
            }
            Command::Begin { .. } | Command::Settle { .. } => {}
        }
    }
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let insert = statement(
        "INSERT INTO charges (charge_id, user_id, amount, state, created_at, touched_at) \
         SELECT charge_id, user_id, amount, 'pending', at, at \
         FROM unnest($1, $2, $3) AS begun (charge_id, user_id, amount), (SELECT clock_timestamp() AS at) AS clock \
         ORDER BY charge_id ON CONFLICT DO NOTHING RETURNING charge_id, created_at",
    );
    let rows: Vec<Begun> = insert
        .bind::<Array<SqlUuid>, _>(wanted.keys().map(|id| id.0).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(wanted.values().map(|(user, _)| user.0).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(wanted.values().map(|(_, amount)| amount.as_won()).collect::<Vec<_>>())
        .load(connection)
        .await?;
    let begun = rows.into_iter().filter_map(|Begun { charge_id, created_at }| {
        let id = ChargeId(charge_id);
        let (user_id, amount) = *wanted.get(&id)?;
        Some((id, Charge { id, user_id, amount, created_at, state: ChargeState::Pending }))
    });
    Ok(begun.collect())
}

/// Locks those that were begun before, by id.
async fn read(
    connection: &mut AsyncPgConnection,
    charges: BTreeSet<ChargeId>,
) -> Refusable<HashMap<ChargeId, Charge>> {
    if charges.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = charges.into_iter().map(|id| id.0).collect();
    let rows = charges::table.filter(charges::charge_id.eq_any(ids)).order(charges::charge_id);
    let rows: Vec<ChargeRow> = rows.select(ChargeRow::as_select()).for_update().load(connection).await?;
    let recorded = rows.into_iter().map(|row| Ok((ChargeId(row.charge_id), row.charge()?)));
    recorded.collect::<anyhow::Result<_>>().map_err(TransactionError::Refused)
}
