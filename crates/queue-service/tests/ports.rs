//! The rules of the waiting room, on both of its adapters.

#![expect(clippy::expect_used, reason = "a test fails where its time cannot be made to pass")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use diesel_async::SimpleAsyncConnection;
use domain::adapters::memory::MemoryWaitingRoom;
use domain::queue::AbsencePolicy;
use queue_service::QueueService;
use queue_service::outbound::postgres::{PostgresWaitingRoom, Stopwatch};
use service_kit::Service;
use service_kit::postgres::Database;
use test_kit::suites::waiting_room::Subject;
use test_kit::{ManualClock, TestDatabase, TimeTravel};

test_kit::waiting_room_suite! {
    memory: in_memory(),
    postgres: on_postgres().await,
}

fn in_memory() -> Subject {
    let clock = Arc::new(ManualClock::new());
    Subject { room: Arc::new(MemoryWaitingRoom::new(clock.clone())), time: clock }
}

async fn on_postgres() -> Subject {
    let test_database = TestDatabase::new(QueueService::SECTION, QueueService::MIGRATIONS).await;
    let database = test_database.database(QueueService::SECTION).await;
    let stopwatch = Arc::new(ManualStopwatch::default());
    let room = PostgresWaitingRoom::open(database.clone(), AbsencePolicy::default(), stopwatch.clone()).await;
    let room = Arc::new(room.expect("the rooms"));
    let time = Arc::new(Ageing { room: Arc::clone(&room), stopwatch, database, _kept: test_database });
    Subject { room, time }
}

/// Stands still until it is moved.
#[derive(Default)]
struct ManualStopwatch(AtomicU64);

impl Stopwatch for ManualStopwatch {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

/// Nobody sets PostgreSQL's clock: the rows are made older instead, and the process has kept them longer.
struct Ageing {
    room: Arc<PostgresWaitingRoom>,
    stopwatch: Arc<ManualStopwatch>,
    database: Database,
    _kept: TestDatabase,
}

#[async_trait]
impl TimeTravel for Ageing {
    async fn pass(&self, seconds: i64) {
        let ageing = format!(
            "UPDATE entries SET joined_at = joined_at - age, admitted_at = admitted_at - age, expires_at = expires_at - age \
             FROM (SELECT make_interval(secs => {seconds}) AS age) AS passed"
        );
        let mut connection = self.database.connection().await.expect("a connection");
        connection.batch_execute(&ageing).await.expect("older rows");
        let seconds = u64::try_from(seconds).expect("time goes on");
        self.stopwatch.0.fetch_add(seconds, Ordering::Relaxed);
        self.room.reload().await.expect("the older rows are read");
    }
}
