use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Claim, Fingerprint, KEPT_HOURS, Key, Keys, Record};
use crate::answer::Answer;
use crate::postgres::{Database, TransactionError, classify, now};

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

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = idempotency_keys, treat_none_as_null = true)]
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
    fn of(key: &Key, record: Record) -> Self {
        let Record { fingerprint, id, created_at, claimed_until, answer } = record;
        let (mut status, mut content_type, mut location, mut body) = (None, None, None, None);
        if let Some(answer) = answer {
            (status, content_type) = (Some(i32::from(answer.status)), Some(answer.content_type));
            (location, body) = (answer.location, Some(answer.body));
        }
        Self {
            user_id: key.user.0,
            word: key.word.clone(),
            fingerprint: fingerprint.to_vec(),
            made_id: id,
            created_at,
            claimed_until,
            answer_status: status,
            answer_content_type: content_type,
            answer_location: location,
            answer_body: body,
        }
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

/// Keys in the service's own schema.
pub struct PostgresKeys {
    database: Database,
}

impl PostgresKeys {
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Keys for PostgresKeys {
    async fn claim(&self, key: &Key, fingerprint: Fingerprint, fresh: Uuid) -> anyhow::Result<Claim> {
        let claimed = self.database.transaction(async |connection| {
            let at = now(connection).await?;
            let first = Row::of(key, Record::claimed(fingerprint, fresh, at));
            let inserted =
                diesel::insert_into(idempotency_keys::table).values(&first).on_conflict_do_nothing();
            if inserted.execute(connection).await? == 1 {
                return Ok(Claim::Run { id: fresh });
            }
            // Somebody has the key: their row decides, under its lock, by the time at which we have the lock.
            let row =
                idempotency_keys::table.find((key.user.0, &key.word)).for_update().select(Row::as_select());
            let recorded = row.first(connection).await.optional()?.map(Row::record).transpose();
            let recorded = recorded.map_err(TransactionError::Refused)?;
            let at = now(connection).await?;
            let (claim, changed) = Record::claim(recorded, fingerprint, fresh, at);
            if let Some(record) = changed {
                let row = Row::of(key, record);
                let saved = diesel::insert_into(idempotency_keys::table).values(&row);
                let saved = saved
                    .on_conflict((idempotency_keys::user_id, idempotency_keys::word))
                    .do_update()
                    .set(&row);
                saved.execute(connection).await?;
            }
            Ok::<_, TransactionError<anyhow::Error>>(claim)
        });
        claimed.await
    }

    async fn recorded(&self, key: &Key) -> anyhow::Result<Option<Record>> {
        let mut connection = self.database.connection().await?;
        let row = idempotency_keys::table.find((key.user.0, &key.word)).select(Row::as_select());
        row.first(&mut connection).await.optional().map_err(classify)?.map(Row::record).transpose()
    }

    async fn complete(&self, key: &Key, answer: &Answer) -> anyhow::Result<()> {
        use idempotency_keys::dsl;
        let mut connection = self.database.connection().await?;
        diesel::update(idempotency_keys::table.find((key.user.0, &key.word)))
            .set((
                dsl::answer_status.eq(Some(i32::from(answer.status))),
                dsl::answer_content_type.eq(Some(&answer.content_type)),
                dsl::answer_location.eq(&answer.location),
                dsl::answer_body.eq(Some(&answer.body)),
            ))
            .execute(&mut connection)
            .await
            .map_err(classify)?;
        Ok(())
    }

    async fn release(&self, key: &Key) -> anyhow::Result<()> {
        let mut connection = self.database.connection().await?;
        diesel::update(idempotency_keys::table.find((key.user.0, &key.word)))
            .set(idempotency_keys::claimed_until.eq(diesel::dsl::now))
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
