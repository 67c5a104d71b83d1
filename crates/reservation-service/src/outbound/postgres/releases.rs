use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{Event, Release, ReleaseError, ReleaseRequest, Releases, decide_release};
use service_kit::postgres::{TransactionError, now};
use uuid::Uuid;

use super::PostgresBoxOffice;
use super::checkouts::end_hold;
use super::locks;
use super::rows::ReleaseRow;
use super::schema::releases;

#[async_trait]
impl Releases for PostgresBoxOffice {
    async fn release(&self, request: ReleaseRequest) -> Result<Option<Event>, ReleaseError> {
        let released = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let ReleaseRequest { release_id, reservation_id, operator, reason } = request.clone();
            let found = locks::reservation(connection, reservation_id, None).await?;
            let reservation = found.ok_or(TransactionError::Refused(ReleaseError::NoSuchReservation))?;
            let known = releases::table.filter(releases::reservation_id.eq(reservation_id.0));
            let known: Option<Uuid> =
                known.select(releases::release_id).first(connection).await.optional()?;
            if known == Some(release_id.0) {
                return Ok(None);
            }
            let at = now(connection).await?;
            decide_release(&reservation, at).map_err(TransactionError::Refused)?;
            let release = Release { id: release_id, reservation_id, reason, by: operator, at };
            diesel::insert_into(releases::table).values(ReleaseRow::of(&release)).execute(connection).await?;
            Ok(end_hold(connection, self.ids.as_ref(), reservation, at).await?)
        });
        released.await
    }
}
