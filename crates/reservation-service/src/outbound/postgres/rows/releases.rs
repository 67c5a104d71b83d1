use anyhow::Context;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::reservation::{Release, ReleaseReason};
use domain::shared::{ReleaseId, ReservationId, UserId};
use uuid::Uuid;

use crate::outbound::postgres::schema::releases;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = releases)]
pub struct ReleaseRow {
    pub release_id: Uuid,
    pub reservation_id: Uuid,
    pub reason: String,
    pub released_by: Uuid,
    pub released_at: DateTime<Utc>,
}

impl ReleaseRow {
    pub fn of(release: &Release) -> Self {
        Self {
            release_id: release.id.0,
            reservation_id: release.reservation_id.0,
            reason: release.reason.as_str().to_owned(),
            released_by: release.by.0,
            released_at: release.at,
        }
    }

    pub fn release(self) -> anyhow::Result<Release> {
        let reason = ReleaseReason::new(&self.reason)
            .with_context(|| format!("releases.reason of {}", self.release_id))?;
        Ok(Release {
            id: ReleaseId(self.release_id),
            reservation_id: ReservationId(self.reservation_id),
            reason,
            by: UserId(self.released_by),
            at: self.released_at,
        })
    }
}
