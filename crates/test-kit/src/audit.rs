use std::collections::BTreeSet;

use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use service_kit::audit::{Finding, Look, Scope, Verdict, look, snapshot};
use service_kit::postgres::provision;

/// A rule broken by hand: the check that has to see it, the rows that it has to name, and what breaks it.
pub struct Broken {
    pub check: &'static str,
    /// A query for one text that identifies the row, asked before anything is broken.
    pub names: &'static str,
    pub by: &'static str,
}

/// As a service or an operator looks, but for the time that services have been running.
const AT_ONCE: Look = Look { at_once: true, ..Look::WHOLE };

/// Shows that nothing is violated as things are; then breaks one rule after the other, each undone before the next,
/// with every CHECK, foreign key, unique index and trigger out of the way; and that its check names the row.
///
/// Every check of `scopes` has to be broken. `url` is that of a role that owns the tables of `schemas`, or of an
/// administrator.
pub async fn each_broken_rule_is_named(url: &str, scopes: &[Scope], schemas: &[&str], broken: &[Broken]) {
    let mut connection = provision::connect(url).await.expect("a connection to audit");
    let (_, findings) = snapshot(&mut connection, scopes, AT_ONCE).await.expect("an audit");
    assert_eq!(violated(&findings), BTreeSet::new(), "before anything is broken");
    let known: BTreeSet<&str> =
        scopes.iter().flat_map(|scope| scope.checks.iter().map(|check| check.name)).collect();
    let shown: BTreeSet<&str> = broken.iter().map(|broken| broken.check).collect();
    assert_eq!(known, shown, "every check is shown to see what it is for");

    for Broken { check, names, by } in broken {
        connection.batch_execute("BEGIN").await.expect("a transaction");
        connection
            .batch_execute(&format!("SET LOCAL search_path = {}", schemas.join(", ")))
            .await
            .expect("names");
        let row = text(&mut connection, names).await;
        connection.batch_execute(&nothing_in_the_way(schemas)).await.expect("constraints out of the way");
        connection
            .batch_execute(by)
            .await
            .unwrap_or_else(|error| panic!("{check} cannot be broken: {error}"));
        let findings = look(&mut connection, scopes, AT_ONCE).await.expect("an audit");
        connection.batch_execute("ROLLBACK").await.expect("everything as it was");
        let said = findings.iter().find(|finding| finding.check.name == *check).map(|found| &found.verdict);
        let Some(Verdict::Violated { examples, .. }) = said else {
            panic!("{check} does not see `{by}`: {said:?}; {:?} do", violated(&findings));
        };
        assert!(examples.iter().any(|example| example.contains(&row)), "{check}: no {row} in {examples:?}");
    }
}

fn violated(findings: &[Finding]) -> BTreeSet<String> {
    let violated = findings.iter().filter(|finding| finding.verdict.violations() > 0);
    violated.map(|finding| format!("{}: {:?}", finding.check.name, finding.verdict)).collect()
}

async fn text(connection: &mut AsyncPgConnection, query: &str) -> String {
    let text = diesel::select(diesel::dsl::sql::<Text>(&format!("({query})::text")));
    text.get_result(connection).await.unwrap_or_else(|error| panic!("`{query}` names nothing: {error}"))
}

/// Primary keys stay: the checks group by them.
fn nothing_in_the_way(schemas: &[&str]) -> String {
    let schemas: Vec<_> = schemas.iter().map(|schema| format!("'{schema}'::regnamespace")).collect();
    let schemas = schemas.join(", ");
    format!(
        "DO $$ DECLARE rule record; BEGIN \
           FOR rule IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint \
                       WHERE contype IN ('c', 'f', 'u') AND connamespace IN ({schemas}) LOOP \
             EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.of_table, rule.conname); \
           END LOOP; \
           FOR rule IN SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid \
                       WHERE indisunique AND NOT indisprimary AND relnamespace IN ({schemas}) LOOP \
             EXECUTE format('DROP INDEX %s', rule.name); \
           END LOOP; \
           FOR rule IN SELECT tgrelid::regclass AS of_table, tgname FROM pg_trigger \
                       JOIN pg_class ON pg_class.oid = tgrelid \
                       WHERE NOT tgisinternal AND relnamespace IN ({schemas}) LOOP \
             EXECUTE format('DROP TRIGGER %I ON %s', rule.tgname, rule.of_table); \
           END LOOP; \
         END $$"
    )
}
