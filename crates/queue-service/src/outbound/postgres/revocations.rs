//! Which passes have ended before their time.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::queue::{Revocations, RevokedPass};
use domain::shared::EntryId;
use service_kit::postgres::{Database, classify, now};
use uuid::Uuid;

use super::reading;
use super::schema::entries;

/// Reads the version before the passes: every pass up to it was committed with it, and one that is committed in
/// between is told twice rather than never.
pub async fn revoked_after(database: &Database, behind: i64) -> anyhow::Result<Revocations> {
    let mut connection = database.connection().await?;
    let version = reading::revocation(&mut connection).await.map_err(classify)?;
    let at = now(&mut connection).await.map_err(classify)?;
    let rows: Vec<(Uuid, Option<DateTime<Utc>>)> = entries::table
        .filter(entries::revocation.gt(behind).and(entries::expires_at.gt(at)))
        .order(entries::revocation)
        .select((entries::entry_id, entries::expires_at))
        .load(&mut connection)
        .await
        .map_err(classify)?;
    let passes = rows.into_iter().filter_map(|(id, expires_at)| expires_at.map(|end| (EntryId(id), end)));
    let revoked = passes.map(|(entry_id, expires_at)| RevokedPass { entry_id, expires_at }).collect();
    Ok(Revocations { revoked, version, now: at })
}
