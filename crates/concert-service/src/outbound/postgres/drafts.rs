//! Performances on their way to being published, with all their seats.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, SingleValue, SqlType, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::concert::{Draft, Drafted, PlannedSeat, Recorded};
use domain::shared::ScheduleId;
use service_kit::postgres::{Database, TransactionError};
use uuid::Uuid;

use super::rows::{ScheduleRow, SeatColumns, SeatRow};
use super::schema::{schedules, seats};

diesel::define_sql_function! {
    /// One row for each element. Several of them side by side, of arrays of one length, are the rows of a table.
    fn unnest<T: SqlType + SingleValue>(elements: Array<T>) -> T;
}

type Refusable<T> = Result<T, TransactionError<anyhow::Error>>;

/// Stores a draft where its concert and time are free, else says what stands there. Whoever comes second waits on the
/// unique key until the first has committed, and then reads what was stored.
pub async fn store(database: &Database, draft: Draft) -> anyhow::Result<Drafted> {
    let stored = database.transaction(async |connection: &mut AsyncPgConnection| {
        let row = ScheduleRow::draft(&draft.schedule);
        let inserted = diesel::insert_into(schedules::table).values(&row);
        let inserted = inserted.on_conflict((schedules::concert_id, schedules::starts_at)).do_nothing();
        let recorded = if inserted.execute(connection).await? == 1 {
            insert_seats(connection, &draft).await?;
            None
        } else {
            Some(read(connection, &draft).await?)
        };
        Ok(draft.clone().decide(recorded))
    });
    stored.await
}

/// What stands at the draft's time, locked.
async fn read(connection: &mut AsyncPgConnection, draft: &Draft) -> Refusable<Recorded> {
    let (concert, starts_at) = (draft.schedule.concert_id.0, draft.schedule.starts_at);
    let there = schedules::concert_id.eq(concert).and(schedules::starts_at.eq(starts_at));
    let row: ScheduleRow = schedules::table
        .filter(there)
        .select(ScheduleRow::as_select())
        .for_update()
        .first(connection)
        .await?;
    if row.is_published().map_err(TransactionError::Refused)? {
        return Ok(Recorded::Published(ScheduleId(row.schedule_id)));
    }
    let seats = seats(connection, row.schedule_id).await?.collect::<anyhow::Result<_>>();
    Ok(Recorded::Draft(Draft { schedule: row.schedule(), seats: seats.map_err(TransactionError::Refused)? }))
}

/// The seats of a performance by number.
pub async fn seats(
    connection: &mut AsyncPgConnection,
    schedule: Uuid,
) -> QueryResult<impl Iterator<Item = anyhow::Result<PlannedSeat>>> {
    let rows: Vec<SeatRow> = seats::table
        .filter(seats::schedule_id.eq(schedule))
        .order(seats::number)
        .select(SeatRow::as_select())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(SeatRow::seat))
}

async fn insert_seats(connection: &mut AsyncPgConnection, draft: &Draft) -> Refusable<()> {
    let columns = SeatColumns::of(&draft.seats).map_err(TransactionError::Refused)?;
    let rows = diesel::select((
        draft.schedule.id.0.into_sql::<SqlUuid>(),
        unnest::<Integer, _>(columns.numbers),
        unnest::<SqlUuid, _>(columns.seat_ids),
        unnest::<Text, _>(columns.sections),
        unnest::<Integer, _>(columns.row_numbers),
        unnest::<Integer, _>(columns.xs),
        unnest::<Integer, _>(columns.ys),
        unnest::<BigInt, _>(columns.prices),
    ));
    diesel::insert_into(seats::table).values(rows).execute(connection).await?;
    Ok(())
}
