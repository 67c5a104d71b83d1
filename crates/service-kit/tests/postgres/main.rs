//! The pool, on a real database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails loudly")]

use diesel_async::SimpleAsyncConnection;
use domain::shared::Unavailable;
use futures_util::future::join_all;
use service_kit::postgres::Database;
use service_kit::settings::DatabaseSettings;
use test_kit::TestDatabase;

/// One connection, and 100 ms until the pool counts as stuck.
async fn narrow_pool(test: &TestDatabase) -> Database {
    let settings = DatabaseSettings { pool_size: 1, acquire_timeout_ms: 100, ..test.settings("wallet") };
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

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_that_is_worked_off_is_waited_for() {
    let test = TestDatabase::for_all().await;
    let database = narrow_pool(&test).await;
    // Together they take four times what counts as stuck, each a fifth of it.
    let statements = (0..20).map(|_| async {
        let mut connection = database.connection().await?;
        connection.batch_execute("SELECT pg_sleep(0.02)").await.map_err(anyhow::Error::from)
    });
    for outcome in join_all(statements).await {
        outcome.unwrap();
    }
}
