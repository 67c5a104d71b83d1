use async_trait::async_trait;
use diesel::sql_types::{Array, Binary, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{columns, read};
use crate::answer::Answer;
use crate::gather::{CarriesOut, Gathering};
use crate::idempotency::{Claimed, Key};
use crate::postgres::{Database, TransactionError, statement};

/// As for claims.
pub const ANSWERING: Gathering =
    Gathering { name: "answers under Idempotency-Keys", writers: 2, largest_set: 256, queue: 10_000 };

/// The answer of whoever had claimed a key.
pub struct GivenAnswer {
    pub key: Key,
    pub claimed: Claimed,
    pub answer: Answer,
}

pub struct Answering(pub Database);

#[async_trait]
impl CarriesOut<GivenAnswer> for Answering {
    type Answer = Answer;

    /// One statement where every answer is the first to its command, as nearly all are.
    async fn carry_out(&self, given: &[GivenAnswer]) -> anyhow::Result<Vec<Answer>> {
        let kept = self.0.transaction(async |connection: &mut AsyncPgConnection| {
            let written = write_first(connection, given).await?;
            if written == given.len() {
                return Ok(given.iter().map(|given| given.answer.clone()).collect());
            }
            let mut recorded = read(connection, given.iter().map(|given| &given.key)).await?;
            let kept = given.iter().map(|GivenAnswer { key, claimed, answer }| match recorded.get_mut(key) {
                Some(record) => record.complete(*claimed, answer.clone()),
                None => answer.clone(),
            });
            Ok::<_, TransactionError<anyhow::Error>>(kept.collect())
        });
        kept.await
    }
}

/// Writes those that are the first answers to their commands, and says how many are; of two in the set it is either.
async fn write_first(
    connection: &mut AsyncPgConnection,
    given: &[GivenAnswer],
) -> Result<usize, diesel::result::Error> {
    let (users, words) = columns(given.iter().map(|given| &given.key));
    let answers = || given.iter().map(|given| &given.answer);
    let update = statement(
        "UPDATE idempotency_keys AS kept \
         SET answer_status = first.status, answer_content_type = first.content_type, \
             answer_location = first.location, answer_body = first.body \
         FROM (SELECT user_id, word, status, content_type, location, body \
               FROM unnest($1, $2, $3, $4, $5, $6, $7) \
                    AS given (user_id, word, made_id, status, content_type, location, body) \
               JOIN idempotency_keys USING (user_id, word, made_id) \
               ORDER BY user_id, word FOR UPDATE OF idempotency_keys) AS first \
         WHERE kept.user_id = first.user_id AND kept.word = first.word AND kept.answer_status IS NULL",
    );
    update
        .bind::<Array<SqlUuid>, _>(users)
        .bind::<Array<Text>, _>(words)
        .bind::<Array<SqlUuid>, _>(given.iter().map(|given| given.claimed.id).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(answers().map(|answer| i32::from(answer.status)).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(answers().map(|answer| answer.content_type.as_str()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(
            answers().map(|answer| answer.location.as_deref()).collect::<Vec<_>>(),
        )
        .bind::<Array<Binary>, _>(answers().map(|answer| answer.body.as_slice()).collect::<Vec<_>>())
        .execute(connection)
        .await
}
