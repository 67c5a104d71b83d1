use diesel::sql_types::{Array, BigInt, Integer, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use service_kit::postgres::{Database, statement};
use test_kit::TestDatabase;

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(diesel::QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    line: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_prepared_once_on_a_connection_and_takes_other_values_each_time() {
    let test = TestDatabase::for_all().await;
    let database = Database::connect(&test.settings("wallet")).await.unwrap();
    let mut connection = database.connection().await.unwrap();
    for (numbers, asked, found) in [(vec![1, 2, 2], 2, 2), (vec![3], 2, 0), (vec![], 1, 0)] {
        let ask = statement("SELECT count(*) FROM unnest($1) AS given (number) WHERE number = $2");
        let ask = ask.bind::<Array<Integer>, _>(numbers).bind::<Integer, _>(asked);
        let answer: Count = ask.get_result(&mut connection).await.unwrap();
        assert_eq!(answer.count, found);
    }
    let prepared =
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT count(*) FROM unnest%'";
    let prepared: Count = diesel::sql_query(prepared).get_result(&mut connection).await.unwrap();
    assert_eq!(prepared.count, 1);
}

/// A plan that was made while the table was empty has to serve when it is full.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_seems_empty_is_searched_by_its_key_all_the_same() {
    let test = TestDatabase::for_all().await;
    let database = Database::connect(&test.settings("wallet")).await.unwrap();
    let mut connection = database.connection().await.unwrap();
    connection
        .batch_execute(
            "CREATE TABLE places (place_id integer PRIMARY KEY, state text NOT NULL); \
             CREATE INDEX places_live ON places (state) WHERE state IN ('waiting', 'admitted')",
        )
        .await
        .unwrap();
    let change = "EXPLAIN UPDATE places SET state = changed.state \
                  FROM unnest(ARRAY[1, 2], ARRAY['done', 'done']) AS changed (place_id, state) \
                  WHERE places.place_id = changed.place_id AND places.state IN ('waiting', 'admitted')";
    let plan: Vec<Plan> = diesel::sql_query(change).load(&mut connection).await.unwrap();
    let plan: Vec<_> = plan.into_iter().map(|plan| plan.line).collect();
    assert!(plan.iter().any(|line| line.contains("Index Cond: (place_id = changed.place_id)")), "{plan:#?}");
}
