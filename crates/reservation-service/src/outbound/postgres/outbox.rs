use anyhow::bail;
use async_trait::async_trait;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Double, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{Event, EventBody, Outbox};
use domain::shared::{EntryId, EventId};
use service_kit::gather::{CarriesOut, Gathering};
use service_kit::postgres::{Database, classify, statement};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::schema::outbox;

/// Whoever has delivered an event waits for this, a fan among them; one writer deletes in one statement whatever has
/// arrived while it deleted the last.
pub const ARRIVALS: Gathering =
    Gathering { name: "delivered events", writers: 1, largest_set: 1_000, queue: 10_000 };

/// Takes events out of the outbox that have arrived.
pub struct Arrivals(pub Database);

#[derive(QueryableByName)]
struct EventRow {
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SqlUuid)]
    pass_id: Uuid,
}

#[async_trait]
impl Outbox for PostgresBoxOffice {
    /// One statement, so that it needs no second trip for a commit. Whose rows somebody else has locked are skipped:
    /// they are being claimed, withdrawn or deleted.
    async fn claim(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Event>> {
        let mut connection = self.database.connection().await?;
        let claim = statement(
            "UPDATE outbox SET claimed_until = statement_timestamp() + make_interval(secs => $1) \
             WHERE event_id = ANY (ARRAY(SELECT event_id FROM outbox WHERE claimed_until <= statement_timestamp() \
                                         ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)) \
             RETURNING event_id, kind, pass_id",
        );
        let claim = claim.bind::<Double, _>(f64::from(lease_seconds));
        let claim = claim.bind::<BigInt, _>(i64::try_from(limit)?);
        let mut rows: Vec<EventRow> = claim.load(&mut connection).await.map_err(classify)?;
        // The oldest first, as their ids tell.
        rows.sort_by_key(|row| row.event_id);
        rows.into_iter().map(EventRow::event).collect()
    }

    async fn is_waiting(&self, event: EventId) -> anyhow::Result<bool> {
        let mut connection = self.database.connection().await?;
        let waiting = diesel::select(exists(outbox::table.find(event.0)));
        waiting.get_result(&mut connection).await.map_err(classify)
    }

    async fn delivered(&self, event: EventId) -> anyhow::Result<()> {
        self.arrivals.carry_out(event).await
    }
}

#[async_trait]
impl CarriesOut<EventId> for Arrivals {
    type Answer = ();

    /// Not worth a write to disk of its own: an event whose deletion is lost is delivered again, which changes nothing.
    /// Rows are locked in the order of their ids, as those who withdraw events do.
    async fn carry_out(&self, events: &[EventId]) -> anyhow::Result<Vec<()>> {
        let mut connection = self.0.connection().await?;
        let delete = statement(
            "DELETE FROM outbox USING (SELECT set_config('synchronous_commit', 'off', true)) AS lazily \
             WHERE event_id = ANY (ARRAY(SELECT event_id FROM outbox WHERE event_id = ANY ($1) \
                                         ORDER BY event_id FOR UPDATE))",
        );
        let ids: Vec<Uuid> = events.iter().map(|event| event.0).collect();
        delete.bind::<Array<SqlUuid>, _>(ids).execute(&mut connection).await.map_err(classify)?;
        Ok(vec![(); events.len()])
    }
}

/// Puts events on their way, in the transaction that causes them.
pub async fn enqueue(mut connection: &AsyncPgConnection, events: &[Event]) -> QueryResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let insert = statement("INSERT INTO outbox (event_id, kind, pass_id) SELECT * FROM unnest($1, $2, $3)");
    insert
        .bind::<Array<SqlUuid>, _>(events.iter().map(|event| event.id.0).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(events.iter().map(|event| event.body.kind()).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(events.iter().map(|event| event.body.pass_id().0).collect::<Vec<_>>())
        .execute(&mut connection)
        .await?;
    Ok(())
}

/// These passes hold seats again: nobody is told any more that they do not.
pub async fn withdraw_yields(connection: &mut AsyncPgConnection, passes: Vec<Uuid>) -> QueryResult<()> {
    let withdraw = statement(
        "DELETE FROM outbox \
         WHERE event_id = ANY (ARRAY(SELECT event_id FROM outbox WHERE kind = 'slot_yielded' AND pass_id = ANY ($1) \
                                     ORDER BY event_id FOR UPDATE))",
    );
    withdraw.bind::<Array<SqlUuid>, _>(passes).execute(connection).await?;
    Ok(())
}

impl EventRow {
    fn event(self) -> anyhow::Result<Event> {
        let (id, pass_id) = (self.event_id, EntryId(self.pass_id));
        let body = match self.kind.as_str() {
            "pass_finished" => EventBody::PassFinished { pass_id },
            "slot_yielded" => EventBody::SlotYielded { pass_id },
            kind => bail!("outbox.kind of {id} is {kind:?}"),
        };
        Ok(Event { id: EventId(id), body })
    }
}
