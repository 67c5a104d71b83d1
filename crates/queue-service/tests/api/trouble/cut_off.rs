//! A process that PostgreSQL does not hear of, or that does not hear of PostgreSQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types::Text;
use domain::queue::{JoinError, Joined, WaitingRoom};
use domain::shared::{EntryId, Unavailable};
use queue_service::QueueService;
use queue_service::outbound::postgres::{ProcessStopwatch, Stopwatch};
use service_kit::Service;
use service_kit::duty::Duty;
use test_kit::TestDatabase;

use super::{Room, a_way, opened, users};
use crate::PATIENCE;
use crate::lossy::Gate;

/// Moves when a test says so.
#[derive(Default)]
struct Seconds(AtomicU64);

impl Stopwatch for Seconds {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

async fn until(mut duty: Duty, active: bool) {
    tokio::time::timeout(PATIENCE, duty.until(active)).await.unwrap();
}

fn place(joined: &[Result<Joined, JoinError>]) -> EntryId {
    joined[0].as_ref().unwrap().standing.entry.id
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_heard_of_postgresql_for_half_a_minute_stands_by_until_they_do() {
    let seconds = Arc::new(Seconds::default());
    let room = Room::open_by(seconds.clone()).await;
    let joined = place(&room.join_all(&users(1)).await);
    let next = opened(&room.database, Arc::new(ProcessStopwatch::start())).await.unwrap();
    room.way.set(Gate::Shut);
    until(next.duty(), true).await;
    // Nobody has told the first one; it answers what it remembers.
    assert!(room.adapter.duty().is_active());
    assert_eq!(room.adapter.standing(joined).await.unwrap().unwrap().position(), 1);

    seconds.0.store(31, Ordering::Relaxed);
    until(room.adapter.duty(), false).await;
    assert!(room.adapter.standing(joined).await.unwrap_err().is::<Unavailable>());
    assert!(next.duty().is_active());

    room.way.set(Gate::Open);
    drop(next);
    until(room.adapter.duty(), true).await;
    assert_eq!(room.adapter.standing(joined).await.unwrap().unwrap().position(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_reaches_no_postgresql_takes_nobody_for_the_one_who_keeps_the_rooms() {
    let kept = TestDatabase::new(QueueService::SECTION, QueueService::MIGRATIONS).await;
    let (way, database) = a_way(&kept).await;
    way.set(Gate::Silent);
    let refused = opened(&database, Arc::new(ProcessStopwatch::start())).await.err().unwrap();
    assert!(refused.is::<Unavailable>(), "{refused:#}");
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    setting: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_in_the_middle_of_a_set_loses_its_row_before_they_lose_the_lock_of_the_rooms() {
    let room = Room::open().await;
    room.run(
        "CREATE TABLE seen (setting text); \
         CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           INSERT INTO seen VALUES (current_setting('idle_in_transaction_session_timeout')); RETURN NULL; \
         END $$; \
         CREATE TRIGGER see AFTER INSERT ON entries FOR EACH STATEMENT EXECUTE FUNCTION see()",
    )
    .await;
    room.join_all(&users(1)).await[0].as_ref().unwrap();
    let database = room.kept.database(QueueService::SECTION).await;
    let mut connection = database.connection().await.unwrap();
    let seen = diesel::sql_query("SELECT DISTINCT setting FROM seen");
    // In scope everywhere it would shadow the `load` of the seconds.
    let seen: Vec<Setting> = diesel_async::RunQueryDsl::load(seen, &mut *connection).await.unwrap();
    // PostgreSQL ends the session with the lock after three seconds of silence.
    assert_eq!(seen.iter().map(|seen| seen.setting.as_str()).collect::<Vec<_>>(), ["2s"]);
}
