//! The rules of the box office, on both of its adapters.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod sets;

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use diesel_async::SimpleAsyncConnection;
use domain::adapters::memory::MemoryBoxOffice;
use domain::adapters::system::Version7;
use domain::reservation::{BestAvailable, HoldRequest, Holds, Inventory, SeatState, SeatWish};
use domain::shared::{EntryId, IdGenerator, QueueId, ReservationId, ScheduleId, SeatId, UserId};
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

/// Transactions commit in another order than they begin in: what is still under way is reported later.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_commits_late_is_not_missed() {
    let test_database = TestDatabase::new(ReservationService::SECTION, ReservationService::MIGRATIONS).await;
    let database = test_database.database(ReservationService::SECTION).await;
    let store = PostgresBoxOffice::new(database.clone(), Arc::new(Version7));
    let (schedule, seats) = (ScheduleId(Version7.next()), [Version7.next(), Version7.next()]);
    let mut connection = database.connection().await.unwrap();
    let sale = format!(
        "INSERT INTO sales VALUES ('{schedule}', '{schedule}', '{schedule}', now(), now(), now() + interval '1 hour'); \
         INSERT INTO seats (seat_id, schedule_id, number, section, row_number, price) \
         VALUES ('{}', '{schedule}', 1, 'Floor', 1, 1), ('{}', '{schedule}', 2, 'Floor', 1, 1)",
        seats[0], seats[1]
    );
    connection.batch_execute(&sale).await.unwrap();
    let block = |seat| {
        format!("UPDATE seats SET status = 'blocked', changed_in = this_version() WHERE seat_id = '{seat}'")
    };
    connection.batch_execute(&format!("BEGIN; {}", block(seats[0]))).await.unwrap();
    let mut other = database.connection().await.unwrap();
    other.batch_execute(&block(seats[1])).await.unwrap();
    let seen = store.changes(schedule, 0).await.unwrap().unwrap();
    connection.batch_execute("COMMIT").await.unwrap();
    let news = store.changes(schedule, seen.version).await.unwrap().unwrap();
    assert!(news.changes.contains(&(SeatId(seats[0]), SeatState::Blocked)), "{news:?}");
}

/// Between the choice and its lock, somebody who holds nothing takes a seat out of the sale.
#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_is_written_to_while_it_is_chosen_is_not_given() {
    let test_database = TestDatabase::new(ReservationService::SECTION, ReservationService::MIGRATIONS).await;
    let database = test_database.database(ReservationService::SECTION).await;
    let store = PostgresBoxOffice::new(database.clone(), Arc::new(Version7));
    let [schedule, user, id] = [(); 3].map(|()| Version7.next());
    let mut connection = database.connection().await.unwrap();
    let sale = format!(
        "INSERT INTO sales VALUES ('{schedule}', '{schedule}', '{schedule}', now(), now(), now() + interval '1 hour'); \
         INSERT INTO seats (seat_id, schedule_id, number, section, row_number, price) \
         SELECT gen_random_uuid(), '{schedule}', number, 'Floor', 1, 1 FROM generate_series(1, 6) AS number"
    );
    connection.batch_execute(&sale).await.unwrap();
    let block = "BEGIN; UPDATE seats SET status = 'blocked' WHERE number = 4";
    connection.batch_execute(block).await.unwrap();
    let request = HoldRequest {
        reservation_id: ReservationId(id),
        schedule_id: ScheduleId(schedule),
        user_id: UserId(user),
        pass_id: EntryId(id),
        queue_id: QueueId(schedule),
        seats: SeatWish::BestAvailable(BestAvailable {
            quantity: NonZeroU32::new(2).unwrap(),
            section: None,
        }),
        hold_ttl_seconds: 60,
        max_seats_per_user: 2,
    };
    let placing = tokio::spawn(async move { store.place(request).await });
    let mut other = database.connection().await.unwrap();
    let waiting = "DO $$ BEGIN LOOP PERFORM pg_stat_clear_snapshot(); \
         EXIT WHEN EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'); \
         END LOOP; END $$";
    other.batch_execute(waiting).await.unwrap();
    connection.batch_execute("COMMIT").await.unwrap();
    let held = placing.await.unwrap().unwrap().value;
    assert_eq!(held.seats.iter().map(|seat| seat.number).collect::<Vec<_>>(), [2, 3]);
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
