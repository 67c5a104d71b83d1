mod answers;
mod claims;

use std::collections::HashMap;

use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::shared::UserId;
use uuid::Uuid;

use self::answers::{ANSWERING, Answering, GivenAnswer};
use self::claims::{CLAIMING, Claiming, WantedKey};
use super::{Claim, Claimed, Fingerprint, KEPT_HOURS, Key, Keys, Record};
use crate::answer::Answer;
use crate::gather::Gathered;
use crate::postgres::{Database, TransactionError, classify, now, statement};

diesel::table! {
    /// Each service that honours keys has this table in its own schema.
    idempotency_keys (user_id, word) {
        user_id -> Uuid,
        word -> Text,
        fingerprint -> Bytea,
        made_id -> Uuid,
        created_at -> Timestamptz,
        claimed_until -> Timestamptz,
        answer_status -> Nullable<Int4>,
        answer_content_type -> Nullable<Text>,
        answer_location -> Nullable<Text>,
        answer_body -> Nullable<Bytea>,
    }
}

#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = idempotency_keys)]
struct Row {
    user_id: Uuid,
    word: String,
    fingerprint: Vec<u8>,
    made_id: Uuid,
    created_at: DateTime<Utc>,
    claimed_until: DateTime<Utc>,
    answer_status: Option<i32>,
    answer_content_type: Option<String>,
    answer_location: Option<String>,
    answer_body: Option<Vec<u8>>,
}

impl Row {
    fn key(&self) -> Key {
        Key { user: UserId(self.user_id), word: self.word.clone() }
    }

    fn record(self) -> anyhow::Result<Record> {
        let answer = match (self.answer_status, self.answer_content_type, self.answer_body) {
            (Some(status), Some(content_type), Some(body)) => {
                let status =
                    u16::try_from(status).context("idempotency_keys.answer_status is no HTTP status")?;
                Some(Answer { status, content_type, location: self.answer_location, body })
            }
            _ => None,
        };
        let fingerprint = self.fingerprint.try_into();
        let fingerprint =
            fingerprint.map_err(|_| anyhow::anyhow!("idempotency_keys.fingerprint is not 32 bytes"))?;
        let (created_at, claimed_until) = (self.created_at, self.claimed_until);
        Ok(Record { fingerprint, id: self.made_id, created_at, claimed_until, answer })
    }
}

/// Keys in the service's own schema. Claims, and answers, that come in at the same time are written as one set each; in
/// every transaction the keys are locked in their order.
pub struct PostgresKeys {
    database: Database,
    claims: Gathered<WantedKey, Claim>,
    answers: Gathered<GivenAnswer, Answer>,
}

impl PostgresKeys {
    /// Starts the writers of claims and answers.
    pub fn new(database: Database) -> Self {
        Self {
            claims: Gathered::new(CLAIMING, Claiming(database.clone())),
            answers: Gathered::new(ANSWERING, Answering(database.clone())),
            database,
        }
    }
}

#[async_trait]
impl Keys for PostgresKeys {
    async fn claim(&self, key: &Key, fingerprint: Fingerprint, fresh: Uuid) -> anyhow::Result<Claim> {
        self.claims.carry_out(WantedKey { key: key.clone(), fingerprint, fresh }).await
    }

    async fn recorded(&self, key: &Key) -> anyhow::Result<Option<Record>> {
        let mut connection = self.database.connection().await?;
        let row = idempotency_keys::table.find((key.user.0, &key.word)).select(Row::as_select());
        row.first(&mut connection).await.optional().map_err(classify)?.map(Row::record).transpose()
    }

    async fn complete(&self, key: &Key, claimed: Claimed, answer: Answer) -> anyhow::Result<Answer> {
        self.answers.carry_out(GivenAnswer { key: key.clone(), claimed, answer }).await
    }

    async fn release(&self, key: &Key, claimed: Claimed) -> anyhow::Result<()> {
        use idempotency_keys::dsl;
        let mut connection = self.database.connection().await?;
        let ours = dsl::made_id.eq(claimed.id).and(dsl::claimed_until.eq(claimed.until));
        diesel::update(idempotency_keys::table.find((key.user.0, &key.word)).filter(ours))
            .set(dsl::claimed_until.eq(diesel::dsl::now))
            .execute(&mut connection)
            .await
            .map_err(classify)?;
        Ok(())
    }

    async fn forget_old(&self) -> anyhow::Result<usize> {
        let mut connection = self.database.connection().await?;
        let old = now(&mut connection).await.map_err(classify)? - TimeDelta::hours(KEPT_HOURS);
        let forgotten = diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.le(old)));
        forgotten.execute(&mut connection).await.map_err(classify)
    }
}

type Recorded = Result<HashMap<Key, Record>, TransactionError<anyhow::Error>>;

macro_rules! records_of_keys {
    () => {
        "SELECT user_id, word, fingerprint, made_id, created_at, claimed_until, \
                answer_status, answer_content_type, answer_location, answer_body \
         FROM idempotency_keys WHERE (user_id, word) IN (SELECT * FROM unnest($1, $2))"
    };
}

/// What is recorded of the keys.
async fn read(connection: &mut AsyncPgConnection, keys: impl Iterator<Item = &Key>) -> Recorded {
    load(connection, records_of_keys!(), keys).await
}

/// What is recorded of the keys, locked in their order.
async fn lock(connection: &mut AsyncPgConnection, keys: impl Iterator<Item = &Key>) -> Recorded {
    load(connection, concat!(records_of_keys!(), " ORDER BY user_id, word FOR UPDATE"), keys).await
}

async fn load(
    connection: &mut AsyncPgConnection,
    rows: &'static str,
    keys: impl Iterator<Item = &Key>,
) -> Recorded {
    let (users, words) = columns(keys);
    let rows = statement(rows).bind::<Array<SqlUuid>, _>(users).bind::<Array<Text>, _>(words);
    let rows: Vec<Row> = rows.load(connection).await?;
    let recorded = rows.into_iter().map(|row| Ok((row.key(), row.record()?)));
    recorded.collect::<anyhow::Result<_>>().map_err(TransactionError::Refused)
}

fn columns<'k>(keys: impl Iterator<Item = &'k Key>) -> (Vec<Uuid>, Vec<&'k str>) {
    keys.map(|key| (key.user.0, key.word.as_str())).unzip()
}
