use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{columns, lock};
use crate::gather::{CarriesOut, Gathering};
use crate::idempotency::{Claim, Claimed, Fingerprint, Key, LEASE_SECONDS, Record};
use crate::postgres::{Database, TransactionError, now, statement};

/// One writer decides while the other commits; ten thousand fans may knock in the time that a few sets take.
pub const CLAIMING: Gathering =
    Gathering { name: "claims of Idempotency-Keys", writers: 2, largest_set: 256, queue: 10_000 };

/// A key, and the command it is wanted for.
pub struct WantedKey {
    pub key: Key,
    pub fingerprint: Fingerprint,
    /// What its command makes, if the key is a new one.
    pub fresh: Uuid,
}

pub struct Claiming(pub Database);

type Refusable<T> = Result<T, TransactionError<anyhow::Error>>;

#[async_trait]
impl CarriesOut<WantedKey> for Claiming {
    type Answer = Claim;

    /// One statement where all keys are new ones, as nearly all are.
    async fn carry_out(&self, wanted: &[WantedKey]) -> anyhow::Result<Vec<Claim>> {
        let claimed = self.0.transaction(async |connection: &mut AsyncPgConnection| {
            let new = write_new(connection, wanted).await?;
            let known: Vec<_> = wanted.iter().filter(|want| !new.contains_key(&want.fresh)).collect();
            let mut decided = decide_known(connection, &known).await?.into_iter();
            let claims = wanted.iter().map(|want| match new.get(&want.fresh) {
                Some(claimed) => Some(Claim::Run(*claimed)),
                None => decided.next(),
            });
            Ok::<_, TransactionError<anyhow::Error>>(claims.flatten().collect())
        });
        claimed.await
    }
}

#[derive(QueryableByName)]
struct New {
    #[diesel(sql_type = SqlUuid)]
    made_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    claimed_until: DateTime<Utc>,
}

/// Writes those keys that nobody has, each for whoever came first, and says which commands got theirs.
async fn write_new(
    connection: &mut AsyncPgConnection,
    wanted: &[WantedKey],
) -> Refusable<HashMap<Uuid, Claimed>> {
    let (users, words) = columns(wanted.iter().map(|want| &want.key));
    let insert = statement(
        "INSERT INTO idempotency_keys (user_id, word, fingerprint, made_id, created_at, claimed_until) \
         SELECT user_id, word, fingerprint, made_id, at, at + make_interval(secs => $5) \
         FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS wanted (user_id, word, fingerprint, made_id, nth), \
              (SELECT clock_timestamp() AS at) AS clock \
         ORDER BY user_id, word, nth ON CONFLICT DO NOTHING RETURNING made_id, claimed_until",
    );
    let rows: Vec<New> = insert
        .bind::<Array<SqlUuid>, _>(users)
        .bind::<Array<Text>, _>(words)
        .bind::<Array<Binary>, _>(wanted.iter().map(|want| want.fingerprint.as_slice()).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(wanted.iter().map(|want| want.fresh).collect::<Vec<_>>())
        .bind::<BigInt, _>(LEASE_SECONDS)
        .load(connection)
        .await?;
    let claimed = |New { made_id, claimed_until }| (made_id, Claimed { id: made_id, until: claimed_until });
    Ok(rows.into_iter().map(claimed).collect())
}

/// Somebody has these keys: their rows decide, under their locks, by the time at which we have the locks.
async fn decide_known(connection: &mut AsyncPgConnection, wanted: &[&WantedKey]) -> Refusable<Vec<Claim>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut recorded = lock(connection, wanted.iter().map(|want| &want.key)).await?;
    let at = now(connection).await?;
    let mut changed = HashMap::new();
    let mut claims = Vec::with_capacity(wanted.len());
    for WantedKey { key, fingerprint, fresh } in wanted {
        let (claim, record) = Record::claim(recorded.get(key).cloned(), *fingerprint, *fresh, at);
        if let Some(record) = record {
            recorded.insert(key.clone(), record.clone());
            changed.insert(key, record);
        }
        claims.push(claim);
    }
    if !changed.is_empty() {
        write_changed(connection, &changed).await?;
    }
    Ok(claims)
}

/// Writes claims over what was there: a claim that has just been made has no answer.
async fn write_changed(connection: &mut AsyncPgConnection, changed: &HashMap<&Key, Record>) -> Refusable<()> {
    let (users, words) = columns(changed.keys().copied());
    let of = |column: fn(&Record) -> DateTime<Utc>| changed.values().map(column).collect::<Vec<_>>();
    let fingerprints = changed.values().map(|record| record.fingerprint.as_slice());
    let upsert = statement(
        "INSERT INTO idempotency_keys (user_id, word, fingerprint, made_id, created_at, claimed_until) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (user_id, word) DO UPDATE \
         SET fingerprint = excluded.fingerprint, made_id = excluded.made_id, created_at = excluded.created_at, \
             claimed_until = excluded.claimed_until, answer_status = NULL, answer_content_type = NULL, \
             answer_location = NULL, answer_body = NULL",
    );
    upsert
        .bind::<Array<SqlUuid>, _>(users)
        .bind::<Array<Text>, _>(words)
        .bind::<Array<Binary>, _>(fingerprints.collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(changed.values().map(|record| record.id).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(of(|record| record.created_at))
        .bind::<Array<Timestamptz>, _>(of(|record| record.claimed_until))
        .execute(connection)
        .await?;
    Ok(())
}
