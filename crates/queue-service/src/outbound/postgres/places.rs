//! Where one stands.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::result::Error;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::queue::{EntryState, Standing};
use domain::shared::EntryId;
use service_kit::postgres::{Database, classify, now};

use super::counts::{minute_before, narrow, wide};
use super::room::{Refusable, inconsistent};
use super::rows::EntryRow;
use super::schema::entries;

diesel::alias!(entries as others: Others);

/// Where a place stands that this transaction knows to be there.
pub async fn stand(
    connection: &mut AsyncPgConnection,
    entry: EntryId,
    at: DateTime<Utc>,
) -> Refusable<Standing> {
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
