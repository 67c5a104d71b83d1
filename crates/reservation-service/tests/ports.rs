//! The rules of the box office, on both of its adapters.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::sync::Arc;

use async_trait::async_trait;
use diesel_async::SimpleAsyncConnection;
use domain::adapters::memory::MemoryBoxOffice;
use domain::adapters::system::Version7;
use reservation_service::ReservationService;
use reservation_service::outbound::postgres::PostgresBoxOffice;
use service_kit::Service;
use service_kit::postgres::Database;
use test_kit::suites::box_office::Subject;
use test_kit::{ManualClock, TestDatabase, TimeTravel};

test_kit::box_office_suite! {
    memory: in_memory(),
    postgres: on_postgres().await,
}

fn in_memory() -> Subject {
    let clock = Arc::new(ManualClock::new());
    Subject::new(MemoryBoxOffice::new(clock.clone(), Arc::new(Version7)), clock)
}

async fn on_postgres() -> Subject {
    let test_database = TestDatabase::new(ReservationService::SECTION, ReservationService::MIGRATIONS).await;
    let database = test_database.database(ReservationService::SECTION).await;
    let store = PostgresBoxOffice::new(database.clone(), Arc::new(Version7));
    Subject::new(store, Arc::new(Ageing { database, _kept: test_database }))
}

/// Nobody sets PostgreSQL's clock: the rows are made older instead.
struct Ageing {
    database: Database,
    _kept: TestDatabase,
}

/// Every time that the store has written down, by table.
const TIMES: [(&str, &[&str]); 5] = [
    ("sales", &["starts_at", "sales_open_at", "sales_close_at"]),
    ("seats", &["held_until"]),
    ("reservations", &["created_at", "held_until"]),
    ("payments", &["created_at", "lease_until", "ended_at"]),
    ("outbox", &["created_at", "claimed_until"]),
];

#[async_trait]
impl TimeTravel for Ageing {
    async fn pass(&self, seconds: i64) {
        let mut connection = self.database.connection().await.unwrap();
        for (table, columns) in TIMES {
            let age = |column: &&str| format!("{column} = {column} - make_interval(secs => {seconds})");
            let set: Vec<String> = columns.iter().map(age).collect();
            let ageing = format!("UPDATE {table} SET {}", set.join(", "));
            connection.batch_execute(&ageing).await.unwrap();
        }
    }
}
