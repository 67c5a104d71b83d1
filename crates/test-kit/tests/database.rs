//! A test database is the test's own, and gone afterwards.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use service_kit::postgres::provision;
use test_kit::{SECTIONS, TestDatabase};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("tests/migrations");

async fn count(connection: &mut AsyncPgConnection, table: &str) -> i64 {
    let count = diesel::dsl::sql::<BigInt>(&format!("(SELECT count(*) FROM {table})"));
    diesel::select(count).get_result(connection).await.unwrap()
}

async fn exists(name: &str) -> bool {
    let mut server = provision::connect(&std::env::var("DATABASE_URL").unwrap()).await.unwrap();
    count(&mut server, &format!("pg_database WHERE datname = '{name}'")).await == 1
}

async fn name(database: &TestDatabase) -> String {
    let mut admin = provision::connect(database.admin_url()).await.unwrap();
    diesel::select(diesel::dsl::sql::<Text>("current_database()::text")).get_result(&mut admin).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_migrated_and_apart_from_the_others() {
    let (one, other) =
        (TestDatabase::new("wallet", MIGRATIONS).await, TestDatabase::new("wallet", MIGRATIONS).await);
    let (one, other) = (one.database("wallet").await, other.database("wallet").await);
    let mut connection = one.connection().await.unwrap();
    connection.batch_execute("INSERT INTO note VALUES ('mine')").await.unwrap();
    assert_eq!(count(&mut connection, "wallet.note").await, 1);
    assert_eq!(count(&mut other.connection().await.unwrap(), "note").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_section_has_its_schema_and_only_its_own() {
    let database = TestDatabase::for_all().await;
    for section in SECTIONS {
        let pool = database.database(section).await;
        let mut connection = pool.connection().await.unwrap();
        connection.batch_execute("CREATE TABLE thing (id int)").await.unwrap();
        assert_eq!(count(&mut connection, &format!("{section}.thing")).await, 0);
        let neighbour = SECTIONS.iter().find(|other| **other != section).unwrap();
        let intrusion = connection.batch_execute(&format!("CREATE TABLE {neighbour}.thing (id int)")).await;
        assert!(intrusion.unwrap_err().to_string().contains("permission denied"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_dropped_with_the_last_clone_whoever_is_still_connected() {
    let database = TestDatabase::new("wallet", MIGRATIONS).await;
    let name = name(&database).await;
    let pool = database.database("wallet").await;
    let clone = database.clone();
    drop(database);
    assert!(exists(&name).await);
    drop(clone);
    assert!(!exists(&name).await);
    drop(pool);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_dropped_when_the_test_panics() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let test = tokio::spawn(async move {
        let database = TestDatabase::for_all().await;
        tell.send(name(&database).await).unwrap();
        panic!("as a failing test does");
    });
    assert!(test.await.unwrap_err().is_panic());
    assert!(!exists(&told.await.unwrap()).await);
}
