use anyhow::bail;
use async_trait::async_trait;
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{Event, EventBody, Outbox};
use domain::shared::{EntryId, EventId};
use service_kit::postgres::{TransactionError, classify, now};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::schema::outbox;

#[async_trait]
impl Outbox for PostgresBoxOffice {
    async fn claim(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Event>> {
        let limit = i64::try_from(limit)?;
        let claimed = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let at = now(connection).await?;
            let due = outbox::table
                .filter(outbox::claimed_until.le(at))
                .order(outbox::created_at)
                .limit(limit)
                .select((outbox::event_id, outbox::kind, outbox::pass_id))
                .for_update()
                .skip_locked();
            let due: Vec<(Uuid, String, Uuid)> = due.load(connection).await?;
            let ids: Vec<Uuid> = due.iter().map(|(id, ..)| *id).collect();
            let until = at + TimeDelta::seconds(lease_seconds.into());
            let mine = diesel::update(outbox::table.filter(outbox::event_id.eq_any(ids)));
            mine.set(outbox::claimed_until.eq(until)).execute(connection).await?;
            let events = due.into_iter().map(|(id, kind, pass)| event(id, &kind, EntryId(pass)));
            events.collect::<anyhow::Result<Vec<_>>>().map_err(TransactionError::Refused)
        });
        claimed.await
    }

    async fn delivered(&self, event: EventId) -> anyhow::Result<()> {
        let mut connection = self.database.connection().await?;
        diesel::delete(outbox::table.find(event.0)).execute(&mut connection).await.map_err(classify)?;
        Ok(())
    }
}

fn event(id: Uuid, kind: &str, pass_id: EntryId) -> anyhow::Result<Event> {
    let body = match kind {
        "pass_finished" => EventBody::PassFinished { pass_id },
        "slot_yielded" => EventBody::SlotYielded { pass_id },
        kind => bail!("outbox.kind of {id} is {kind:?}"),
    };
    Ok(Event { id: EventId(id), body })
}
