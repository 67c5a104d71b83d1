use domain::shared::Unavailable;
use service_kit::postgres::Database;
use service_kit::settings::DatabaseSettings;
use test_kit::TestDatabase;

/// One connection; two seconds, so that even a busy machine makes it in time, until the pool counts as stuck.
async fn narrow_pool(test: &TestDatabase) -> Database {
    let settings = DatabaseSettings { pool_size: 1, acquire_timeout_ms: 2_000, ..test.settings("wallet") };
    Database::connect(&settings).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_hands_out_nothing_is_unavailable() {
    let test = TestDatabase::for_all().await;
    let database = narrow_pool(&test).await;
    let _only_one = database.connection().await.unwrap();
    let refused = database.connection().await.err().unwrap();
    assert!(refused.is::<Unavailable>(), "{refused:#}");
}
