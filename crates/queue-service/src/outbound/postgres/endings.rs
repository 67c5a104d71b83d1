//! How places and admissions end: payment, leaving, handing on. And which passes that revokes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::queue::{Entry, LeaveEffect, Revocations, RevokedPass};
use domain::shared::{EntryId, QueueId};
use service_kit::postgres::{Database, classify, now};
use uuid::Uuid;

use super::counts::count;
use super::queues;
use super::room::{Refusable, inconsistent};
use super::rows::EntryRow;
use super::schema::{entries, revocation_counter};

pub async fn leave(database: &Database, entry: EntryId) -> anyhow::Result<Option<LeaveEffect>> {
    let left = database.transaction(async |connection: &mut AsyncPgConnection| {
        let ended = end(connection, entry, |entry| entry.leave().0).await?;
        Ok(ended.map(|(before, _)| before.leave().1))
    });
    left.await
}

pub async fn finish(database: &Database, entry: EntryId) -> anyhow::Result<bool> {
    let finished = database.transaction(async |connection: &mut AsyncPgConnection| {
        let ended = end(connection, entry, Entry::finish).await?;
        Ok(ended.is_some_and(|(before, after)| after.revoked_since(&before).is_some()))
    });
    finished.await
}

/// Locks the queue before the entry, as every command does that needs both: whether the slot is needed must still be
/// true when it is given up.
pub async fn yield_slot(database: &Database, entry: EntryId) -> anyhow::Result<bool> {
    let yielded = database.transaction(async |connection: &mut AsyncPgConnection| {
        let queue = entries::table.find(entry.0).select(entries::queue_id);
        let Some(queue) = queue.first::<Uuid>(connection).await.optional()? else { return Ok(false) };
        let Some(queue) = queues::lock(connection, QueueId(queue)).await? else { return Ok(false) };
        let at = now(connection).await?;
        let counts = count(connection, queue.id, at).await?;
        if !queue.is_slot_needed(counts.load, counts.waiting) {
            return Ok(false);
        }
        let ended = end(connection, entry, Entry::yield_slot).await?;
        Ok(ended.is_some_and(|(before, after)| after.revoked_since(&before).is_some()))
    });
    yielded.await
}

/// Takes one step with an entry, as it is now, under its row's lock: what it was and what it became. A pass that ended
/// by it gets the next version. `None`: there is no such entry.
async fn end(
    connection: &mut AsyncPgConnection,
    entry: EntryId,
    step: fn(Entry) -> Entry,
) -> Refusable<Option<(Entry, Entry)>> {
    let row = entries::table.find(entry.0).select(EntryRow::as_select()).for_update();
    let row: Option<EntryRow> = row.first(connection).await.optional()?;
    let Some(entry) = row.map(EntryRow::entry).transpose().map_err(inconsistent)? else { return Ok(None) };
    let before = entry.at(now(connection).await?);
    let after = step(before.clone());
    if after != before {
        let revocation = match after.revoked_since(&before) {
            Some(_) => Some(next_version(connection).await?),
            None => None,
        };
        let ended = (entries::state.eq(after.state.word()), entries::revocation.eq(revocation));
        diesel::update(entries::table.find(after.id.0)).set(ended).execute(connection).await?;
    }
    Ok(Some((before, after)))
}

/// Taken last in its transaction, and held until that commits.
async fn next_version(connection: &mut AsyncPgConnection) -> Result<i64, diesel::result::Error> {
    diesel::update(revocation_counter::table)
        .set(revocation_counter::version.eq(revocation_counter::version + 1))
        .returning(revocation_counter::version)
        .get_result(connection)
        .await
}

/// Reads the version before the passes: every pass up to it was committed with it, and one that is committed in
/// between is told twice rather than never.
pub async fn revoked_after(database: &Database, behind: i64) -> anyhow::Result<Revocations> {
    let mut connection = database.connection().await?;
    let version = revocation_counter::table.select(revocation_counter::version);
    let version = version.first(&mut connection).await.map_err(classify)?;
    let at = now(&mut connection).await.map_err(classify)?;
    let rows: Vec<(Uuid, Option<DateTime<Utc>>)> = entries::table
        .filter(entries::revocation.gt(behind).and(entries::expires_at.gt(at)))
        .order(entries::revocation)
        .select((entries::entry_id, entries::expires_at))
        .load(&mut connection)
        .await
        .map_err(classify)?;
    let passes = rows.into_iter().filter_map(|(id, expires_at)| expires_at.map(|end| (EntryId(id), end)));
    let revoked = passes.map(|(entry_id, expires_at)| RevokedPass { entry_id, expires_at }).collect();
    Ok(Revocations { revoked, version, now: at })
}
