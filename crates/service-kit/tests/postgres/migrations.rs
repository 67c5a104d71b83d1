//! Migrations beside those who serve.

use std::time::Duration;

use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use service_kit::postgres::{Patience, migrate, migrate_with};
use test_kit::{PATIENCE, TestDatabase};

/// Adds a column, for which it needs the table to itself.
const NEW_COLUMN: EmbeddedMigrations = embed_migrations!("tests/postgres/migrations/notes");
/// Builds an index beside those who write.
const NEW_INDEX: EmbeddedMigrations = embed_migrations!("tests/postgres/migrations/index");

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

async fn notes() -> TestDatabase {
    let test = TestDatabase::for_all().await;
    session(&test).await.batch_execute("CREATE TABLE notes (text text NOT NULL)").await.unwrap();
    test
}

async fn session(test: &TestDatabase) -> AsyncPgConnection {
    AsyncPgConnection::establish(test.url("wallet")).await.unwrap()
}

async fn number(session: &mut AsyncPgConnection, sql: &str) -> i64 {
    diesel::sql_query(sql).get_result::<Number>(session).await.unwrap().number
}

/// Whether somebody waits for a lock of notes in a statement like this.
async fn waits(looking: &mut AsyncPgConnection, statement: &str) -> bool {
    let waits = format!(
        "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() \
         AND wait_event_type = 'Lock' AND query LIKE '{statement}%'"
    );
    number(looking, &waits).await > 0
}

#[tokio::test(flavor = "multi_thread")]
async fn who_serves_goes_on_while_a_migration_waits_for_a_table_and_it_is_done_in_the_end() {
    let test = notes().await;
    let (mut holding, mut looking) = (session(&test).await, session(&test).await);
    holding.batch_execute("BEGIN; SELECT count(*) FROM notes").await.unwrap();
    let settings = test.settings("wallet");
    let migrating = tokio::spawn(async move { migrate(&settings, NEW_COLUMN).await });
    while !waits(&mut looking, "ALTER TABLE").await {}

    // A statement of those who serve, behind the one that waits: it is carried out while the table is held all the same.
    let mut serving = session(&test).await;
    let served = tokio::spawn(async move {
        serving.batch_execute("INSERT INTO notes VALUES ('served')").await.unwrap();
    });
    tokio::time::timeout(PATIENCE, served).await.unwrap().unwrap();
    assert!(!migrating.is_finished());
    assert_eq!(number(&mut looking, "SELECT count(*) AS number FROM notes").await, 1);

    holding.batch_execute("COMMIT").await.unwrap();
    assert_eq!(migrating.await.unwrap().unwrap(), 1);
    assert_eq!(number(&mut looking, "SELECT count(read_at) AS number FROM notes").await, 0);
    assert_eq!(migrate(&test.settings("wallet"), NEW_COLUMN).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_never_gets_its_table_says_who_has_it_and_has_done_nothing() {
    let test = notes().await;
    let mut holding = session(&test).await;
    holding.batch_execute("BEGIN; SELECT count(*) FROM notes").await.unwrap();
    let pid = number(&mut holding, "SELECT pg_backend_pid()::bigint AS number").await;
    let short = Duration::from_millis(500);
    let patience = Patience { lock_timeout: short, attempts: 4, pause: Duration::ZERO };
    let refused = migrate_with(&test.settings("wallet"), &NEW_COLUMN, patience).await.unwrap_err();
    let refused = refused.to_string();
    for word in
        ["2026-11-22-000000_let_notes_be_read", "4 times", "of notes", &format!("session {pid} has it")]
    {
        assert!(refused.contains(word), "{word}: {refused}");
    }
    holding.batch_execute("COMMIT").await.unwrap();
    assert_eq!(migrate(&test.settings("wallet"), NEW_COLUMN).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_built_beside_those_who_write_and_two_who_start_do_not_wait_for_each_other() {
    let test = notes().await;
    let (mut writing, mut looking) = (session(&test).await, session(&test).await);
    // What an earlier start left behind that was killed while it built.
    writing.batch_execute("INSERT INTO notes VALUES ('twice'), ('twice')").await.unwrap();
    let unfinished = "CREATE UNIQUE INDEX CONCURRENTLY notes_by_text ON notes (text)";
    writing.batch_execute(unfinished).await.unwrap_err();
    writing.batch_execute("BEGIN; INSERT INTO notes VALUES ('before')").await.unwrap();
    let start = || {
        let settings = test.settings("wallet");
        tokio::spawn(async move { migrate(&settings, NEW_INDEX).await })
    };
    let starts = [start(), start()];
    while !waits(&mut looking, "DROP INDEX").await && !waits(&mut looking, "CREATE INDEX").await {}
    // Who writes does not wait for the index, which waits for who wrote before.
    looking.batch_execute("SET lock_timeout = 1; INSERT INTO notes VALUES ('meanwhile')").await.unwrap();
    writing.batch_execute("COMMIT").await.unwrap();
    let mut applied = Vec::new();
    for start in starts {
        applied.push(start.await.unwrap().unwrap());
    }
    applied.sort_unstable();
    assert_eq!(applied, [0, 1]);
    let valid = "SELECT count(*) AS number FROM pg_index WHERE indrelid = 'notes'::regclass AND indisvalid";
    assert_eq!(number(&mut looking, valid).await, 1);
}
