//! The rules of the catalogue, on all of its adapters.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::fmt::Debug;
use std::sync::Arc;

use concert_service::ConcertService;
use concert_service::outbound::postgres::PostgresCatalogue;
use concert_service::outbound::remembered::RememberedCatalogue;
use diesel_async::SimpleAsyncConnection;
use domain::adapters::memory::MemoryCatalogue;
use domain::adapters::system::Version7;
use domain::concert::{Draft, Schedule};
use domain::shared::{ConcertId, IdGenerator, ScheduleId};
use service_kit::Service;
use test_kit::TestDatabase;
use test_kit::suites::catalogue::Subject;
use uuid::Uuid;

test_kit::catalogue_suite! {
    memory: in_memory(),
    postgres: on_postgres().await,
    remembered: remembered_on_postgres().await,
}

fn in_memory() -> Subject {
    Subject { catalogue: Arc::new(MemoryCatalogue::default()), database: None }
}

async fn on_postgres() -> Subject {
    let database = TestDatabase::new(ConcertService::SECTION, ConcertService::MIGRATIONS).await;
    let catalogue = PostgresCatalogue::new(database.database(ConcertService::SECTION).await);
    Subject { catalogue: Arc::new(catalogue), database: Some(database) }
}

async fn remembered_on_postgres() -> Subject {
    let Subject { catalogue, database } = on_postgres().await;
    Subject { catalogue: Arc::new(RememberedCatalogue::new(catalogue)), database }
}

/// Every CHECK that mirrors a rule of the domain is taken away, and a row written that breaks the rule.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_exist_is_named() {
    let Subject { catalogue, database } = on_postgres().await;
    let kept = database.unwrap();
    let database = kept.database(ConcertService::SECTION).await;
    let execute = async |statements: String| {
        database.connection().await.unwrap().batch_execute(&statements).await.unwrap();
    };
    execute(
        "DO $$ DECLARE rule record; BEGIN \
           FOR rule IN SELECT conrelid::regclass AS broken, conname FROM pg_constraint \
                       WHERE contype = 'c' AND connamespace = current_schema()::regnamespace LOOP \
             EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.broken, rule.conname); \
           END LOOP; END $$"
            .to_owned(),
    )
    .await;
    let [concert, schedule, seat] = [(); 3].map(|()| Version7.next());
    execute(format!(
        "INSERT INTO concerts VALUES ('{concert}', 'Arirang', 'Hall', '{concert}', 'epoch', 'epoch'); \
         INSERT INTO schedules VALUES ('{schedule}', '{concert}', 'epoch', 'cancelled'); \
         INSERT INTO seats VALUES ('{schedule}', -1, '{seat}', 'Floor', 1, 0, 0, 1)"
    ))
    .await;
    assert_names(catalogue.concert(ConcertId(concert)).await, "concerts.sales_close_at", concert);
    let at_that_time = Draft {
        schedule: Schedule {
            id: ScheduleId(Version7.next()),
            concert_id: ConcertId(concert),
            starts_at: chrono::DateTime::UNIX_EPOCH,
        },
        seats: Vec::new(),
    };
    assert_names(catalogue.draft(at_that_time).await, "schedules.state", schedule);
    let seats = || catalogue.seats(ScheduleId(schedule));
    assert_names(seats().await, "seats.number", seat);
    execute("UPDATE seats SET number = 1, row_number = -1".to_owned()).await;
    assert_names(seats().await, "seats.row_number", seat);
    execute("UPDATE seats SET row_number = 1, price = 0".to_owned()).await;
    assert_names(seats().await, "seats.price", seat);
}

#[track_caller]
fn assert_names<T: Debug>(read: anyhow::Result<T>, column: &str, row: Uuid) {
    let said = format!("{:#}", read.unwrap_err());
    assert!(said.contains(column) && said.contains(&row.to_string()), "{column} of {row}: {said}");
}
