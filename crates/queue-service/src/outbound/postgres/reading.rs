//! What is remembered, read from the tables: at the start all of it, after a doubt what the doubt is about.

use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::queue::{AdmissionPolicy, Entry};
use domain::shared::{EntryId, QueueId, UserId};
use service_kit::postgres::{Database, classify};
use uuid::Uuid;

use super::rows::{EntryRow, QueueRow};
use super::schema::{entries, queues, revocation_counter};
use super::writer::{Refusable, inconsistent};
use crate::outbound::memory::Rooms;

/// Rows that are read at a time: some 2 MB of them on their way.
const PAGE: i64 = 20_000;

/// Everything. Who waits was last seen at `seen`: while nobody was there to be seen by, nobody was absent.
pub async fn everything(
    connection: &mut AsyncPgConnection,
    at: DateTime<Utc>,
    seen: Duration,
) -> Refusable<Rooms> {
    let mut rooms = Rooms::default();
    let all: Vec<(QueueRow, i64)> =
        queues::table.select((QueueRow::as_select(), queues::last_sequence)).load(connection).await?;
    for (row, last_sequence) in all {
        let queue = row.queue().map_err(inconsistent)?;
        let id = queue.id;
        rooms.put_queue(queue).map_err(inconsistent)?;
        read_waiting(connection, &mut rooms, id, seen).await?;
        rooms.count_to(id, last_sequence);
        rooms.put_admissions(id, admissions(connection, id, at).await?);
    }
    let inside = entries::table.filter(entries::state.eq("admitted")).select(EntryRow::as_select());
    for row in inside.load::<EntryRow>(connection).await? {
        let entry = row.entry().map_err(inconsistent)?;
        rooms.put(&entry, seen).map_err(inconsistent)?;
    }
    rooms.revocation = revocation(connection).await?;
    rooms.counted_since = Some(at);
    Ok(rooms)
}

async fn read_waiting(
    connection: &mut AsyncPgConnection,
    rooms: &mut Rooms,
    queue: QueueId,
    seen: Duration,
) -> Refusable<()> {
    let mut behind = 0_i64;
    loop {
        let page = entries::table
            .filter(entries::queue_id.eq(queue.0).and(entries::state.eq("waiting")))
            .filter(entries::sequence.gt(behind))
            .order(entries::sequence)
            .limit(PAGE)
            .select((entries::entry_id, entries::user_id, entries::sequence, entries::joined_at));
        let page: Vec<(Uuid, Uuid, i64, DateTime<Utc>)> = page.load(connection).await?;
        let Some((_, _, last, _)) = page.last() else { return Ok(()) };
        behind = *last;
        for (id, user, sequence, joined_at) in page {
            let entry = Entry::joined(EntryId(id), queue, UserId(user), sequence, joined_at);
            rooms.put(&entry, seen).map_err(inconsistent)?;
        }
    }
}

/// When somebody was let in within the minute that counts.
pub async fn admissions(
    connection: &mut AsyncPgConnection,
    queue: QueueId,
    at: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, diesel::result::Error> {
    let since = at - TimeDelta::seconds(AdmissionPolicy::RATE_WINDOW_SECONDS.into());
    let lately = entries::table
        .filter(entries::queue_id.eq(queue.0).and(entries::admitted_at.ge(since)))
        .order(entries::admitted_at)
        .select(entries::admitted_at.assume_not_null());
    lately.load(connection).await
}

pub async fn revocation(connection: &mut AsyncPgConnection) -> Result<i64, diesel::result::Error> {
    revocation_counter::table.select(revocation_counter::version).first(connection).await
}

/// The settings of some queues, and the last place that each has given out.
pub async fn some_queues(
    connection: &mut AsyncPgConnection,
    ids: Vec<Uuid>,
) -> Refusable<Vec<(domain::queue::Queue, i64)>> {
    let some = queues::table.filter(queues::queue_id.eq_any(ids));
    let rows: Vec<(QueueRow, i64)> =
        some.select((QueueRow::as_select(), queues::last_sequence)).load(connection).await?;
    let read = rows.into_iter().map(|(row, last)| Ok((row.queue()?, last)));
    read.collect::<anyhow::Result<_>>().map_err(inconsistent)
}

/// Some places, those that joined first first.
pub async fn some_entries(connection: &mut AsyncPgConnection, ids: Vec<Uuid>) -> Refusable<Vec<Entry>> {
    let some = entries::table.filter(entries::entry_id.eq_any(ids)).order(entries::sequence);
    let rows: Vec<EntryRow> = some.select(EntryRow::as_select()).load(connection).await?;
    let read = rows.into_iter().map(EntryRow::entry).collect::<anyhow::Result<_>>();
    read.context("reading places again").map_err(inconsistent)
}

/// One place, for whoever is not remembered.
pub async fn entry(database: &Database, entry: EntryId) -> anyhow::Result<Option<Entry>> {
    let mut connection = database.connection().await?;
    let row = entries::table.find(entry.0).select(EntryRow::as_select());
    let row: Option<EntryRow> = row.first(&mut connection).await.optional().map_err(classify)?;
    row.map(EntryRow::entry).transpose()
}
