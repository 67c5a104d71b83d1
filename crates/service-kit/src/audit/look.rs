use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anyhow::Context;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::{Check, Finding, Running, Scope, Verdict};

/// Named of each check's violations; all of them are counted.
const EXAMPLES: u32 = 20;

/// For each sort or hash: enough for most of the journal of a million entries, and little beside the rest of a database.
const WORK_MEM: &str = "64MB";

/// How to look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Takes a service at its work that has only just started: for tests, which do not wait.
    pub at_once: bool,
    /// Counts the judged rows too; on a large table that takes as long as a check.
    pub count_rows: bool,
    /// What takes longer is given up; 0: nothing is.
    pub statement_timeout_ms: u64,
    /// Processes that help with one query. A service leaves the database's cores to its fans.
    pub parallel_workers: u32,
}

impl Look {
    /// Everything, as an operator wants it who waits for the answer.
    pub const WHOLE: Self =
        Self { at_once: false, count_rows: true, statement_timeout_ms: 0, parallel_workers: 2 };
}

#[derive(QueryableByName)]
struct Violation {
    #[diesel(sql_type = BigInt)]
    found: i64,
    #[diesel(sql_type = Text)]
    what: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

#[derive(QueryableByName)]
struct Instant {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// Runs all checks in one snapshot, reading only; says when that was taken, by the database's clock.
pub async fn snapshot(
    connection: &mut AsyncPgConnection,
    scopes: &[Scope],
    look_as: Look,
) -> anyhow::Result<(DateTime<Utc>, Vec<Finding>)> {
    let mut transaction = connection.build_transaction().read_only().repeatable_read();
    let looked = transaction.run(async |connection: &mut AsyncPgConnection| {
        // The snapshot is that of the first query; every later one's clock is past all that it shows.
        let taken: Instant = sql_query("SELECT clock_timestamp() AS at").get_result(connection).await?;
        Ok::<_, anyhow::Error>((taken.at, look(connection, scopes, look_as).await?))
    });
    looked.await
}

/// Runs all checks in the transaction that the connection is in.
pub async fn look(
    connection: &mut AsyncPgConnection,
    scopes: &[Scope],
    look_as: Look,
) -> anyhow::Result<Vec<Finding>> {
    let (mut findings, mut counted) = (Vec::new(), HashMap::new());
    for scope in scopes {
        let settings = session(scope, look_as);
        connection.batch_execute(&settings).await.context("cannot prepare the session for the audit")?;
        for check in scope.checks {
            let rows = if look_as.count_rows {
                Some(match counted.entry((scope.schema, check.over)) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(unknown) => *unknown.insert(count(connection, check).await?),
                })
            } else {
                None
            };
            let verdict = judge(connection, check, look_as.at_once).await?;
            findings.push(Finding { service: scope.service, check, rows, verdict });
        }
    }
    Ok(findings)
}

/// Holds for this transaction alone. A check reads whole tables, which a service's own session avoids.
fn session(scope: &Scope, look_as: Look) -> String {
    format!(
        "SET LOCAL search_path = {}; SET LOCAL statement_timeout = {}; SET LOCAL max_parallel_workers_per_gather = {}; \
         SET LOCAL work_mem = '{WORK_MEM}'; SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on",
        scope.schema, look_as.statement_timeout_ms, look_as.parallel_workers,
    )
}

async fn count(connection: &mut AsyncPgConnection, check: &Check) -> anyhow::Result<i64> {
    let counted = sql_query(format!("SELECT count(*) AS rows FROM {}", check.over));
    let counted: Count = counted.get_result(connection).await.with_context(|| cannot_run(check))?;
    Ok(counted.rows)
}

async fn judge(connection: &mut AsyncPgConnection, check: &Check, at_once: bool) -> anyhow::Result<Verdict> {
    if let Some(Running { schemas, seconds }) = check.running {
        for schema in schemas {
            if !runs(connection, schema, if at_once { 0 } else { seconds }).await? {
                let because = format!("{schema}-service has not been running for {seconds} s");
                return Ok(Verdict::NotJudged { because });
            }
        }
    }
    let violations = sql_query(format!(
        "SELECT count(*) OVER () AS found, what FROM ({}) AS violation (what) ORDER BY what LIMIT {EXAMPLES}",
        check.sql
    ));
    let violations: Vec<Violation> = violations.load(connection).await.with_context(|| cannot_run(check))?;
    let Some(found) = violations.as_slice().first().map(|violation| violation.found) else {
        return Ok(Verdict::Holds);
    };
    let examples = violations.into_iter().map(|violation| violation.what).collect();
    Ok(Verdict::Violated { violations: found, examples })
}

/// Whether the owner of a schema has been connected to this database for so long. A service always is: its jobs ask
/// something every second.
async fn runs(connection: &mut AsyncPgConnection, schema: &str, seconds: u32) -> anyhow::Result<bool> {
    let runs = sql_query(format!(
        "SELECT EXISTS (SELECT FROM pg_stat_activity AS session \
           JOIN pg_namespace AS home ON home.nspowner = session.usesysid AND home.nspname = '{schema}' \
           WHERE session.datname = current_database() \
             AND session.backend_start <= clock_timestamp() - make_interval(secs => {seconds})) AS yes"
    ));
    let runs: Answer = runs.get_result(connection).await.context("cannot look who is connected")?;
    Ok(runs.yes)
}

fn cannot_run(check: &Check) -> String {
    format!("cannot run the check {}", check.name)
}
