//! A draft as statements: their number depends on what there is to write, never on how much of it.

use chrono::{DateTime, Utc};
use diesel::result::Error;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use service_kit::postgres::statement;
use uuid::Uuid;

use super::draft::{Change, Draft};
use super::rows::QueueRow;
use super::schema::queues;
use super::writer::{Refusable, inconsistent};

impl Draft {
    pub async fn write(&self, connection: &mut AsyncPgConnection) -> Refusable<()> {
        self.write_settings(connection).await?;
        self.write_last_sequences(connection).await?;
        if self.revoked {
            let count = statement("UPDATE revocation_counter SET version = $1");
            count.bind::<BigInt, _>(self.revocation).execute(connection).await?;
        }
        let (new, known): (Vec<&Change>, Vec<&Change>) =
            self.changes.iter().partition(|change| change.is_new);
        // What has ended first: a user's next place must find the one before it over.
        let expected = known.len();
        let written = update(connection, known).await?;
        if written != expected {
            let differs = anyhow::anyhow!("{written} of {expected} places are as they are remembered");
            return Err(inconsistent(differs));
        }
        insert(connection, new).await?;
        self.write_passed_over(connection).await?;
        Ok(())
    }

    /// An operator changes one queue now and then.
    async fn write_settings(&self, connection: &mut AsyncPgConnection) -> Refusable<()> {
        for room in self.rooms.values().filter(|room| room.is_changed) {
            let row = || QueueRow::of(&room.queue).map_err(inconsistent);
            let insert = diesel::insert_into(queues::table).values(row()?);
            insert.on_conflict(queues::queue_id).do_update().set(row()?).execute(connection).await?;
        }
        Ok(())
    }

    async fn write_last_sequences(&self, connection: &mut AsyncPgConnection) -> Result<(), Error> {
        let given_out = self.rooms.values().filter(|room| room.gives_out_places);
        let (ids, sequences): (Vec<Uuid>, Vec<i64>) =
            given_out.map(|room| (room.queue.id.0, room.last_sequence)).unzip();
        if ids.is_empty() {
            return Ok(());
        }
        let count = statement(
            "UPDATE queues SET last_sequence = counted.sequence \
             FROM unnest($1, $2) AS counted (queue_id, sequence) WHERE queues.queue_id = counted.queue_id",
        );
        let count = count.bind::<Array<SqlUuid>, _>(ids).bind::<Array<BigInt>, _>(sequences);
        count.execute(connection).await.map(|_| ())
    }

    async fn write_passed_over(&self, connection: &mut AsyncPgConnection) -> Result<(), Error> {
        if self.passed_over.is_empty() {
            return Ok(());
        }
        let pass_over = statement(
            "UPDATE entries SET passed_over_at = $2 WHERE entry_id = ANY ($1) AND passed_over_at IS NULL",
        );
        let ids: Vec<Uuid> = self.passed_over.iter().map(|entry| entry.0).collect();
        let pass_over = pass_over.bind::<Array<SqlUuid>, _>(ids).bind::<Timestamptz, _>(self.at);
        pass_over.execute(connection).await.map(|_| ())
    }
}

/// What of changes stands in columns of its own.
struct Columns {
    states: Vec<&'static str>,
    from: Vec<Option<DateTime<Utc>>>,
    until: Vec<Option<DateTime<Utc>>>,
    revocations: Vec<Option<i64>>,
}

impl Columns {
    fn of(changes: &[&Change]) -> Self {
        Self {
            states: changes.iter().map(|change| change.entry.state.word()).collect(),
            from: changes.iter().map(|change| change.admission.map(|(from, _)| from)).collect(),
            until: changes.iter().map(|change| change.admission.map(|(_, until)| until)).collect(),
            revocations: changes.iter().map(|change| change.revocation).collect(),
        }
    }
}

async fn insert(connection: &mut AsyncPgConnection, new: Vec<&Change>) -> Result<(), Error> {
    if new.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = new.iter().map(|change| change.entry.id.0).collect();
    let queues: Vec<Uuid> = new.iter().map(|change| change.entry.queue_id.0).collect();
    let users: Vec<Uuid> = new.iter().map(|change| change.entry.user_id.0).collect();
    let sequences: Vec<i64> = new.iter().map(|change| change.entry.sequence).collect();
    let joined: Vec<DateTime<Utc>> = new.iter().map(|change| change.entry.joined_at).collect();
    let Columns { states, from, until, revocations } = Columns::of(&new);
    let insert = statement(
        "INSERT INTO entries \
           (entry_id, queue_id, user_id, sequence, joined_at, state, admitted_at, expires_at, revocation) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    );
    insert
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<SqlUuid>, _>(queues)
        .bind::<Array<SqlUuid>, _>(users)
        .bind::<Array<BigInt>, _>(sequences)
        .bind::<Array<Timestamptz>, _>(joined)
        .bind::<Array<Text>, _>(states)
        .bind::<Array<Nullable<Timestamptz>>, _>(from)
        .bind::<Array<Nullable<Timestamptz>>, _>(until)
        .bind::<Array<Nullable<BigInt>>, _>(revocations)
        .execute(connection)
        .await
        .map(|_| ())
}

/// How many of the places were still live: each, where memory is right. What is live is not said as the partial indexes
/// say it: PostgreSQL would sooner read one of those from end to end than look a few rows up by their ids.
async fn update(connection: &mut AsyncPgConnection, known: Vec<&Change>) -> Result<usize, Error> {
    if known.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Uuid> = known.iter().map(|change| change.entry.id.0).collect();
    let Columns { states, from, until, revocations } = Columns::of(&known);
    let update = statement(
        "UPDATE entries SET state = changed.state, \
           admitted_at = coalesce(changed.admitted_at, entries.admitted_at), \
           expires_at = coalesce(changed.expires_at, entries.expires_at), revocation = changed.revocation \
         FROM unnest($1, $2, $3, $4, $5) AS changed (entry_id, state, admitted_at, expires_at, revocation) \
         WHERE entries.entry_id = changed.entry_id AND entries.state NOT IN ('done', 'expired')",
    );
    update
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(states)
        .bind::<Array<Nullable<Timestamptz>>, _>(from)
        .bind::<Array<Nullable<Timestamptz>>, _>(until)
        .bind::<Array<Nullable<BigInt>>, _>(revocations)
        .execute(connection)
        .await
}
