//! What is free of a performance: its plan, which never changes and is kept, and the numbers that are free now.
//!
//! Of 10,000 seats the numbers alone are read in a third of the time that their rows and sections take too.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{FreeRow, FreeSeat, FreeSeats};
use domain::shared::{ScheduleId, SeatId};
use service_kit::postgres::{TransactionError, statement};
use uuid::Uuid;

use crate::outbound::postgres::locks::broken;
use crate::outbound::postgres::schema::seats;

type Refused = TransactionError<anyhow::Error>;

/// Plans that are kept: 10,000 seats take a quarter of a megabyte.
const KEPT: usize = 64;

/// The plans of performances that were asked for lately, every seat in them as if it were free.
#[derive(Default)]
pub struct Plans(Mutex<HashMap<ScheduleId, Arc<FreeSeats>>>);

#[derive(QueryableByName)]
struct Numbers {
    #[diesel(sql_type = SqlUuid)]
    schedule_id: Uuid,
    /// Of the whole performance.
    #[diesel(sql_type = BigInt)]
    seats: i64,
    #[diesel(sql_type = Array<Integer>)]
    free: Vec<i32>,
}

type PlannedSeat = (Uuid, Uuid, i32, String, i32);

impl Plans {
    /// The seats of these performances that are free at `now`. They are not locked.
    pub async fn free(
        &self,
        connection: &mut AsyncPgConnection,
        schedules: &[Uuid],
        now: DateTime<Utc>,
    ) -> Result<HashMap<ScheduleId, FreeSeats>, Refused> {
        let read = statement(
            "SELECT asked.schedule_id, found.seats, found.free FROM unnest($1) AS asked (schedule_id), LATERAL ( \
                 SELECT count(*) AS seats, \
                        coalesce(array_agg(number) FILTER (WHERE status = 'available' \
                                                              OR (status = 'held' AND held_until <= $2)), '{}') AS free \
                 FROM seats WHERE seats.schedule_id = asked.schedule_id) AS found",
        );
        let found: Vec<Numbers> =
            read.bind::<Array<SqlUuid>, _>(schedules).bind::<Timestamptz, _>(now).load(connection).await?;
        let mut plans = self.kept(&found);
        let unknown = found.iter().map(|found| found.schedule_id);
        let unknown: Vec<_> = unknown.filter(|id| !plans.contains_key(&ScheduleId(*id))).collect();
        if !unknown.is_empty() {
            plans.extend(self.read(connection, &unknown).await?);
        }
        let free = found.into_iter().filter_map(|found| {
            let schedule = ScheduleId(found.schedule_id);
            let free: HashSet<u32> = found.free.into_iter().map(i32::cast_unsigned).collect();
            Some((schedule, plans.get(&schedule)?.only(|number| free.contains(&number))))
        });
        Ok(free.collect())
    }

    /// The plans that are kept of these, unless they have grown since: that of a performance before it was on sale is
    /// empty.
    fn kept(&self, found: &[Numbers]) -> HashMap<ScheduleId, Arc<FreeSeats>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let plans = found.iter().filter_map(|found| {
            let schedule = ScheduleId(found.schedule_id);
            let plan = kept.get(&schedule)?;
            let whole = usize::try_from(found.seats).is_ok_and(|seats| seats == plan.count());
            whole.then(|| (schedule, Arc::clone(plan)))
        });
        plans.collect()
    }

    async fn read(
        &self,
        connection: &mut AsyncPgConnection,
        schedules: &[Uuid],
    ) -> Result<HashMap<ScheduleId, Arc<FreeSeats>>, Refused> {
        let planned = seats::table.filter(seats::schedule_id.eq_any(schedules)).select((
            seats::schedule_id,
            seats::seat_id,
            seats::number,
            seats::section,
            seats::row_number,
        ));
        let planned: Vec<PlannedSeat> = planned.load(connection).await?;
        let plans = plans_of(planned).map_err(broken)?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() + plans.len() > KEPT {
            kept.clear();
        }
        kept.extend(plans.iter().map(|(schedule, plan)| (*schedule, Arc::clone(plan))));
        Ok(plans)
    }
}

fn plans_of(planned: Vec<PlannedSeat>) -> anyhow::Result<HashMap<ScheduleId, Arc<FreeSeats>>> {
    let mut rows: HashMap<ScheduleId, BTreeMap<(String, i32), Vec<FreeSeat>>> = HashMap::new();
    for (schedule, id, number, section, row) in planned {
        let seat = FreeSeat { number: u32::try_from(number)?, id: SeatId(id) };
        rows.entry(ScheduleId(schedule)).or_default().entry((section, row)).or_default().push(seat);
    }
    let plans = rows.into_iter().map(|(schedule, rows)| {
        let rows = rows
            .into_iter()
            .map(|((section, row), seats)| Ok(FreeRow::whole(section, u32::try_from(row)?, seats)));
        let rows = rows.collect::<anyhow::Result<_>>()?;
        Ok((schedule, Arc::new(FreeSeats::new(rows))))
    });
    plans.collect()
}
