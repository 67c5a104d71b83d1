//! Each rule of the catalogue, broken by hand, is seen by its check.

use concert_service::ConcertService;
use diesel_async::SimpleAsyncConnection;
use service_kit::Service;
use service_kit::audit::Scope;
use test_kit::TestDatabase;
use test_kit::audit::{Broken, each_broken_rule_is_named};

const CATALOGUE: &str = "
    INSERT INTO concerts VALUES
      ('00000000-0000-0000-0000-000000000001', 'Arirang', 'Hall', gen_random_uuid(), now(), now() + interval '1 day');
    INSERT INTO schedules VALUES
      ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001', now(), 'published');
    INSERT INTO seats SELECT '00000000-0000-0000-0000-000000000002', number, gen_random_uuid(), 'Floor', 1, 0, 0, 1000
      FROM generate_series(1, 3) AS number";

const BROKEN: [Broken; 3] = [
    Broken {
        check: "seats_are_numbered_through",
        names: "SELECT schedule_id FROM schedules",
        by: "DELETE FROM seats WHERE number = 2",
    },
    Broken {
        check: "published_schedules_have_seats",
        names: "SELECT schedule_id FROM schedules",
        by: "DELETE FROM seats",
    },
    Broken {
        check: "idempotency_keys_answer_or_can_be_claimed",
        names: "SELECT 'half an answer'",
        by: "INSERT INTO idempotency_keys \
             VALUES (gen_random_uuid(), 'half an answer', '', gen_random_uuid(), now(), now(), 201)",
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_rule_of_the_catalogue_is_named() {
    let database = TestDatabase::new(ConcertService::SECTION, ConcertService::MIGRATIONS).await;
    let pool = database.database("concert").await;
    pool.connection().await.unwrap().batch_execute(CATALOGUE).await.unwrap();
    let scopes = [Scope::of::<ConcertService>()];
    each_broken_rule_is_named(database.url("concert"), &scopes, &["concert"], &BROKEN).await;
}
