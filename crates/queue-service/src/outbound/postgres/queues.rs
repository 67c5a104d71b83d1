//! The queues and what operators set.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::queue::{Queue, QueueChange, QueueError, QueueOverview};
use domain::shared::QueueId;
use service_kit::postgres::TransactionError::Refused;
use service_kit::postgres::{Database, classify, now};
use uuid::Uuid;

use super::counts::count;
use super::room::{Refusable, inconsistent};
use super::rows::{LimitsRow, QueueRow};
use super::schema::queues;

/// Makes this transaction the only one that gives out places or fills slots in a queue; `None`: there is no such one.
pub async fn lock<E: From<anyhow::Error>>(
    connection: &mut AsyncPgConnection,
    queue: QueueId,
) -> Refusable<Option<Queue>, E> {
    let row = queues::table.find(queue.0).select(QueueRow::as_select()).for_update();
    let row: Option<QueueRow> = row.first(connection).await.optional()?;
    row.map(QueueRow::queue).transpose().map_err(inconsistent)
}

pub async fn read(connection: &mut AsyncPgConnection, queue: QueueId) -> anyhow::Result<Option<Queue>> {
    let row = queues::table.find(queue.0).select(QueueRow::as_select());
    let row: Option<QueueRow> = row.first(connection).await.optional().map_err(classify)?;
    row.map(QueueRow::queue).transpose()
}

pub async fn overview(database: &Database, queue: QueueId) -> anyhow::Result<Option<QueueOverview>> {
    let mut connection = database.connection().await?;
    let Some(queue) = read(&mut connection, queue).await? else { return Ok(None) };
    let at = now(&mut connection).await.map_err(classify)?;
    let counts = count(&mut connection, queue.id, at).await.map_err(classify)?;
    Ok(Some(QueueOverview { queue, waiting: counts.waiting, admitted: counts.load.active.into() }))
}

pub async fn all(database: &Database) -> anyhow::Result<Vec<QueueId>> {
    let mut connection = database.connection().await?;
    let ids = queues::table.order(queues::queue_id).select(queues::queue_id);
    let ids: Vec<Uuid> = ids.load(&mut connection).await.map_err(classify)?;
    Ok(ids.into_iter().map(QueueId).collect())
}

/// The statement form of [`Queue::under`].
pub async fn establish(database: &Database, main: Queue) -> anyhow::Result<()> {
    let limits = LimitsRow::of(&main.policy)?;
    let mut connection = database.connection().await?;
    let created = diesel::insert_into(queues::table).values(QueueRow::of(&main)?).on_conflict_do_nothing();
    created.execute(&mut connection).await.map_err(classify)?;
    let unset = diesel::update(queues::table.filter(queues::limits_are_set.eq(false))).set(&limits);
    unset.execute(&mut connection).await.map_err(classify)?;
    Ok(())
}

pub async fn configure(
    database: &Database,
    template: Queue,
    change: QueueChange,
) -> Result<(QueueOverview, bool), QueueError> {
    let configured = database.transaction(async |connection: &mut AsyncPgConnection| {
        // Of two who create it at once, one creates it and both change it.
        let row = QueueRow::of(&template).map_err(inconsistent)?;
        let inserted = diesel::insert_into(queues::table).values(row).on_conflict_do_nothing();
        let created = inserted.execute(connection).await? == 1;
        let queue = lock(connection, template.id).await?.ok_or(Refused(QueueError::NoSuchQueue))?;
        let queue = change.clone().apply(queue).map_err(|invalid| Refused(invalid.into()))?;
        let row = QueueRow::of(&queue).map_err(inconsistent)?;
        diesel::update(queues::table.find(queue.id.0)).set(row).execute(connection).await?;
        let at = now(connection).await?;
        let counts = count(connection, queue.id, at).await?;
        Ok((QueueOverview { queue, waiting: counts.waiting, admitted: counts.load.active.into() }, created))
    });
    configured.await
}
