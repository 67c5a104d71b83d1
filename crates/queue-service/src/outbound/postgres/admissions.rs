//! Filling the free slots, in sets: the number of statements does not grow with the number of fans.

use anyhow::Context;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::queue::{Entry, EntryState, Queue};
use domain::shared::QueueId;
use service_kit::postgres::{Database, classify, now};

use super::counts::{Counts, count};
use super::queues;
use super::room::{Refusable, inconsistent};
use super::rows::EntryRow;
use super::schema::entries;

diesel::alias!(entries as next_in_line: NextInLine);

/// Looks first and locks only where there is something to do: most of the time there is not, and taking the queue's
/// lock costs a commit on disk. What the glance misses, the next call finds.
pub async fn admit(database: &Database, queue: QueueId) -> anyhow::Result<Vec<Entry>> {
    if !has_work(database, queue).await? {
        return Ok(Vec::new());
    }
    let admitted = database.transaction(async |connection: &mut AsyncPgConnection| {
        let Some(queue) = queues::lock(connection, queue).await? else { return Ok(Vec::new()) };
        let at = now(connection).await?;
        expire(connection, &queue, at).await?;
        let counts = count(connection, queue.id, at).await?;
        let slots = i64::from(queue.free_slots(counts.load));
        if slots == 0 || counts.waiting == 0 {
            return Ok(Vec::new());
        }
        let state = EntryState::admitted(at, queue.policy.pass_ttl_seconds);
        let_in(connection, queue.id, slots, at, state).await
    });
    admitted.await
}

async fn has_work(database: &Database, queue: QueueId) -> anyhow::Result<bool> {
    let mut connection = database.connection().await?;
    let Some(queue) = queues::read(&mut connection, queue).await? else { return Ok(false) };
    let at = now(&mut connection).await.map_err(classify)?;
    let Counts { waiting, load, run_out } = count(&mut connection, queue.id, at).await.map_err(classify)?;
    Ok(run_out > 0 || waiting > 0 && (queue.state.turns_away() || queue.free_slots(load) > 0))
}

/// The statement form of [`Entry::at`] and, in a queue that is over, of [`Entry::turn_away`]. Passes that have run out
/// are no revocations: everybody sees by the clock that they have.
async fn expire(
    connection: &mut AsyncPgConnection,
    queue: &Queue,
    at: DateTime<Utc>,
) -> Result<(), diesel::result::Error> {
    let of_queue = entries::table.filter(entries::queue_id.eq(queue.id.0));
    let ended = entries::state.eq(EntryState::Expired.word());
    let run_out = of_queue.filter(entries::state.eq("admitted").and(entries::expires_at.le(at)));
    diesel::update(run_out).set(ended).execute(connection).await?;
    if queue.state.turns_away() {
        let in_vain = of_queue.filter(entries::state.eq("waiting"));
        diesel::update(in_vain).set(ended).execute(connection).await?;
    }
    Ok(())
}

/// The statement form of [`Entry::admit`] for the first in line.
async fn let_in(
    connection: &mut AsyncPgConnection,
    queue: QueueId,
    slots: i64,
    at: DateTime<Utc>,
    state: EntryState,
) -> Refusable<Vec<Entry>> {
    let first = next_in_line
        .filter(next_in_line.field(entries::queue_id).eq(queue.0))
        .filter(next_in_line.field(entries::state).eq("waiting"))
        .order(next_in_line.field(entries::sequence))
        .limit(slots)
        .select(next_in_line.field(entries::entry_id));
    // Who leaves at this moment waits no more when the update comes to their row.
    let still_waiting =
        entries::table.filter(entries::entry_id.eq_any(first)).filter(entries::state.eq("waiting"));
    let inside = (
        entries::state.eq(state.word()),
        entries::admitted_at.eq(at),
        entries::expires_at.eq(state.pass_expires_at()),
    );
    let rows = diesel::update(still_waiting).set(inside).returning(EntryRow::as_returning());
    let rows: Vec<EntryRow> = rows.load(connection).await?;
    let admitted: anyhow::Result<Vec<Entry>> = rows.into_iter().map(EntryRow::entry).collect();
    let mut admitted = admitted.context("reading who was let in").map_err(inconsistent)?;
    // RETURNING promises no order.
    admitted.sort_by_key(|entry| entry.sequence);
    Ok(admitted)
}
