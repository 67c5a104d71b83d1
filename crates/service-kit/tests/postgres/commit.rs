use std::sync::atomic::{AtomicU32, Ordering};

use diesel::sql_types::{Integer, Text};
use diesel_async::SimpleAsyncConnection;
use service_kit::postgres::{Database, TransactionError};
use service_kit::settings::{DatabaseSettings, Secret};
use test_kit::TestDatabase;

use crate::lossy::{Loss, route};

#[derive(diesel::QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    answer: String,
}

/// A command that recognises its own id, as ours all do; says `new` where it took effect now.
async fn command(database: &Database, runs: &AtomicU32, id: i32) -> anyhow::Result<String> {
    // Its `load` would shadow that of the counter elsewhere.
    use diesel_async::RunQueryDsl;
    let outcome = database.transaction(async |connection| {
        runs.fetch_add(1, Ordering::SeqCst);
        let insert = diesel::sql_query("INSERT INTO effects VALUES ($1) ON CONFLICT DO NOTHING");
        let inserted = insert.bind::<Integer, _>(id).execute(connection).await?;
        let answer = if inserted == 1 { "new" } else { "known" };
        let row = diesel::sql_query("SELECT $1 AS answer").bind::<Text, _>(answer);
        let row: Kept = row.get_result(connection).await?;
        Ok::<_, TransactionError<anyhow::Error>>(row.answer)
    });
    outcome.await
}

/// The database by a direct way, and by one that loses something once.
async fn ways(loss: Loss) -> (TestDatabase, Database, Database) {
    let test = TestDatabase::for_all().await;
    let settings = test.settings("wallet");
    let mut url = url::Url::parse(&settings.url.reveal().unwrap()).unwrap();
    let direct = Database::connect(&settings).await.unwrap();
    let mut connection = direct.connection().await.unwrap();
    connection.batch_execute("CREATE TABLE effects (id integer PRIMARY KEY)").await.unwrap();
    drop(connection);
    let server = url.socket_addrs(|| Some(5432)).unwrap().remove(0);
    let lossy = route(server, loss).await;
    url.set_port(Some(lossy.port())).unwrap();
    let settings = DatabaseSettings { url: Secret::new(url), ..settings };
    let lossy = Database::connect(&settings).await.unwrap();
    (test, direct, lossy)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_was_lost_is_read_back_and_not_done_again() {
    let (_test, direct, lossy) = ways(Loss::Answer).await;
    let runs = AtomicU32::new(0);
    assert_eq!(command(&lossy, &runs, 1).await.unwrap(), "known");
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(command(&direct, &runs, 1).await.unwrap(), "known");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_was_lost_itself_is_done_after_all() {
    let (_test, direct, lossy) = ways(Loss::Commit).await;
    let runs = AtomicU32::new(0);
    assert_eq!(command(&lossy, &runs, 1).await.unwrap(), "new");
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(command(&direct, &runs, 1).await.unwrap(), "known");
}
