//! Joining, and where one stands.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::result::Error;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::queue::{Entry, EntryState, JoinError, JoinRequest, Joined, Standing};
use domain::shared::{EntryId, QueueId, UserId};
use service_kit::postgres::TransactionError::Refused;
use service_kit::postgres::{Database, classify, now};

use super::counts::{minute_before, narrow, wide};
use super::queues;
use super::room::{Refusable, inconsistent};
use super::rows::EntryRow;
use super::schema::{entries, queues as queue_rows};

diesel::alias!(entries as others: Others);

pub async fn join(database: &Database, request: JoinRequest) -> Result<Joined, JoinError> {
    let JoinRequest { entry_id, queue_id, user_id } = request;
    let joined = database.transaction(async |connection: &mut AsyncPgConnection| {
        let queue = queues::lock(connection, queue_id).await?;
        let queue = queue.ok_or(Refused(JoinError::NoSuchQueue))?;
        let at = now(connection).await?;
        if let Some(entry) = live(connection, queue_id, user_id).await? {
            if !entry.clone().at(at).state.has_ended() {
                return Ok(Joined { standing: stand(connection, entry.id, at).await?, is_new: false });
            }
            // Its time is up and no job has said so yet: the row must, before another can be this user's live one.
            let run_out =
                diesel::update(entries::table.find(entry.id.0).filter(entries::state.eq("admitted")));
            run_out.set(entries::state.eq(EntryState::Expired.word())).execute(connection).await?;
        }
        queue.check_open().map_err(Refused)?;
        let taken = diesel::update(queue_rows::table.find(queue_id.0))
            .set(queue_rows::last_sequence.eq(queue_rows::last_sequence + 1))
            .returning(queue_rows::last_sequence);
        let entry = Entry::joined(entry_id, queue_id, user_id, taken.get_result(connection).await?, at);
        diesel::insert_into(entries::table).values(EntryRow::joined(&entry)).execute(connection).await?;
        Ok(Joined { standing: stand(connection, entry_id, at).await?, is_new: true })
    });
    joined.await
}

async fn live(
    connection: &mut AsyncPgConnection,
    queue: QueueId,
    user: UserId,
) -> Refusable<Option<Entry>, JoinError> {
    let row: Option<EntryRow> = entries::table
        .filter(entries::queue_id.eq(queue.0).and(entries::user_id.eq(user.0)))
        .filter(entries::state.eq_any(["waiting", "admitted"]))
        .select(EntryRow::as_select())
        .first(connection)
        .await
        .optional()?;
    row.map(EntryRow::entry).transpose().map_err(inconsistent)
}

/// Where a place stands that this transaction knows to be there.
async fn stand(
    connection: &mut AsyncPgConnection,
    entry: EntryId,
    at: DateTime<Utc>,
) -> Refusable<Standing, JoinError> {
    let found = look(connection, entry, at).await?.ok_or(diesel::result::Error::NotFound)?;
    found.standing(at).map_err(inconsistent)
}

pub async fn standing(database: &Database, entry: EntryId) -> anyhow::Result<Option<Standing>> {
    let mut connection = database.connection().await?;
    let at = now(&mut connection).await.map_err(classify)?;
    let found = look(&mut connection, entry, at).await.map_err(classify)?;
    found.map(|found| found.standing(at)).transpose()
}

/// A place and the numbers around it, of one instant.
#[derive(Queryable)]
struct Found {
    entry: EntryRow,
    ahead: Option<i64>,
    waiting: Option<i64>,
    admitted_last_minute: Option<i64>,
}

/// Reads in one statement, so that place and numbers agree.
async fn look(
    connection: &mut AsyncPgConnection,
    entry: EntryId,
    at: DateTime<Utc>,
) -> Result<Option<Found>, Error> {
    let of_queue =
        || others.filter(others.field(entries::queue_id).eq(entries::queue_id)).select(count_star());
    let waiting = || of_queue().filter(others.field(entries::state).eq("waiting"));
    let in_front = waiting().filter(others.field(entries::sequence).lt(entries::sequence));
    let lately = of_queue().filter(others.field(entries::admitted_at).ge(minute_before(at)));
    let numbers = (in_front.single_value(), waiting().single_value(), lately.single_value());
    let found = entries::table.find(entry.0).select((EntryRow::as_select(), numbers.0, numbers.1, numbers.2));
    found.first(connection).await.optional()
}

impl Found {
    fn standing(self, at: DateTime<Utc>) -> anyhow::Result<Standing> {
        let entry = self.entry.entry()?.at(at);
        let waits = entry.state == EntryState::Waiting;
        Ok(Standing {
            ahead: if waits { wide(self.ahead) } else { 0 },
            waiting: wide(self.waiting),
            admitted_last_minute: narrow(self.admitted_last_minute),
            entry,
        })
    }
}
