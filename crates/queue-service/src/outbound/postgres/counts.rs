//! How full a queue is.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::result::Error;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::queue::{AdmissionPolicy, Load};
use domain::shared::QueueId;

use super::schema::entries;

/// A queue's numbers at one instant.
pub struct Counts {
    pub waiting: u64,
    pub load: Load,
    /// Admissions that have run out while their rows do not say so yet.
    pub run_out: u64,
}

/// Counts in one statement, so that the numbers agree.
pub async fn count(
    connection: &mut AsyncPgConnection,
    queue: QueueId,
    at: DateTime<Utc>,
) -> Result<Counts, Error> {
    let of_queue = || entries::table.filter(entries::queue_id.eq(queue.0)).select(count_star());
    let admitted = || of_queue().filter(entries::state.eq("admitted"));
    let (waiting, active, lately, run_out) = diesel::select((
        of_queue().filter(entries::state.eq("waiting")).single_value(),
        admitted().filter(entries::expires_at.gt(at)).single_value(),
        of_queue().filter(entries::admitted_at.ge(minute_before(at))).single_value(),
        admitted().filter(entries::expires_at.le(at)).single_value(),
    ))
    .get_result(connection)
    .await?;
    let load = Load { active: narrow(active), admitted_last_minute: narrow(lately) };
    Ok(Counts { waiting: wide(waiting), load, run_out: wide(run_out) })
}

/// Where the minute begins over which admissions are counted. It is closed at both ends: no window of 60 seconds, its
/// ends included, sees more than the limit.
pub fn minute_before(at: DateTime<Utc>) -> DateTime<Utc> {
    at - TimeDelta::seconds(AdmissionPolicy::RATE_WINDOW_SECONDS.into())
}

/// A count is never null and never negative; a subselect's type allows both.
pub fn wide(count: Option<i64>) -> u64 {
    count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default()
}

/// Beyond 2^32 a count says "more than any limit", which is all that is asked of it.
pub fn narrow(count: Option<i64>) -> u32 {
    u32::try_from(wide(count)).unwrap_or(u32::MAX)
}
