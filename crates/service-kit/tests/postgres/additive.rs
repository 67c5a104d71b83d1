//! The version before goes on serving on the schema of the version after: what a migration may do.

mod reading;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use reading::{Statement, is_one_of, statements, version};

/// Migrations from before this day made the schema that the first release has.
const FIRST_RELEASE: &str = "2026-11-22";

/// What the version before may still ask for, or what keeps everybody from a table for as long as it is long.
fn refuse(sql: &str, in_transaction: bool) -> Vec<String> {
    let (mut made, mut refused) = (BTreeSet::new(), Vec::new());
    let statements = statements(sql);
    if !in_transaction && !statements.iter().all(|one| one.words.join(" ").contains("INDEX CONCURRENTLY")) {
        refused.push("outside of a transaction it may build indexes alone".to_owned());
    }
    if !in_transaction && statements.len() > 1 {
        refused.push("outside of a transaction one statement is a migration".to_owned());
    }
    for statement in &statements {
        if let ["CREATE", "TABLE", rest @ ..] = statement.word_slices().as_slice()
            && let Some(table) = rest.iter().find(|word| !is_one_of(word, &["IF", "NOT", "EXISTS"]))
        {
            made.insert((*table).to_owned());
        }
        let Some(why) = why_not(statement, &made) else { continue };
        match &statement.unused_since {
            Some(since) if since.len() == 3 && *since < version(env!("CARGO_PKG_VERSION")) => {}
            Some(_) | None => refused.push(format!("{why}: {}", statement.words.join(" "))),
        }
    }
    refused
}

fn why_not(statement: &Statement, made: &BTreeSet<String>) -> Option<&'static str> {
    match statement.word_slices().as_slice() {
        ["DROP", "INDEX", "CONCURRENTLY", ..] => None,
        ["DROP", ..] => Some("takes away what the version before asks for"),
        ["TRUNCATE", ..] => Some("takes away what the version before has written"),
        ["CREATE", "INDEX" | "UNIQUE", rest @ ..] => {
            let on = rest.iter().position(|word| *word == "ON").and_then(|on| rest.get(on + 1));
            let is_new = on.is_some_and(|table| made.contains(*table));
            let beside = rest.contains(&"CONCURRENTLY");
            (!is_new && !beside)
                .then_some("keeps writers waiting while the index is built; build it CONCURRENTLY")
        }
        ["ALTER", "TABLE", rest @ ..] => {
            let table = rest.iter().find(|word| !is_one_of(word, &["IF", "EXISTS", "ONLY"]));
            if table.is_some_and(|table| made.contains(*table)) {
                return None;
            }
            statement.clauses().iter().find_map(|clause| why_not_alter(clause))
        }
        words if words.contains(&"RENAME") => Some("the version before asks by the old name"),
        _ => None,
    }
}

/// One clause of an `ALTER TABLE`.
fn why_not_alter(words: &[&str]) -> Option<&'static str> {
    let has = |several: &[&str]| words.windows(several.len()).any(|window| window == several);
    match words {
        ["RENAME", ..] => Some("the version before asks by the old name"),
        ["DROP", "CONSTRAINT", ..] => None,
        ["DROP", ..] => Some("takes away what the version before asks for"),
        ["ALTER", ..] if has(&["TYPE"]) => {
            Some("rewrites the table, and the version before reads another type")
        }
        ["ALTER", ..] if has(&["SET", "NOT", "NULL"]) => Some("the version before may leave it out"),
        ["ADD", "CONSTRAINT" | "CHECK" | "UNIQUE" | "PRIMARY" | "FOREIGN" | "EXCLUDE", ..]
            if !has(&["NOT", "VALID"]) =>
        {
            Some(
                "reads the whole table under a lock, and the version before may not keep it; add it NOT VALID",
            )
        }
        ["ADD", ..] if has(&["NOT", "NULL"]) && !has(&["DEFAULT"]) && !has(&["GENERATED"]) => {
            Some("the version before does not write the column")
        }
        // What is constant within the statement is not written into every row.
        ["ADD", ..] if has(&["DEFAULT"]) && has(&["(", ")"]) && !has(&["DEFAULT", "NOW", "(", ")"]) => {
            Some("writes the default into every row under a lock; only a constant is free")
        }
        _ => None,
    }
}

#[test]
fn no_migration_takes_away_what_the_version_before_asks_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut read = 0;
    for service in fs::read_dir(root).unwrap() {
        for migration in fs::read_dir(service.unwrap().path()).unwrap() {
            let folder = migration.unwrap().path();
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            read += 1;
            if *name < *FIRST_RELEASE {
                continue;
            }
            let settings = fs::read_to_string(folder.join("metadata.toml")).unwrap_or_default();
            let in_transaction = !settings.contains("run_in_transaction = false");
            let refused = refuse(&fs::read_to_string(folder.join("up.sql")).unwrap(), in_transaction);
            assert!(refused.is_empty(), "{name}: {refused:#?}");
        }
    }
    assert!(read >= 12, "only {read} migrations were found");
}

#[test]
fn what_a_migration_may_not_do_is_found_however_it_is_written() {
    for refused in [
        "DROP TABLE seats",
        "drop function this_version",
        "TRUNCATE outbox",
        "ALTER TABLE seats DROP COLUMN price",
        "ALTER TABLE seats ADD a int, DROP price",
        "ALTER TABLE ONLY seats\n  RENAME COLUMN price TO amount",
        "ALTER TABLE seats RENAME TO chairs",
        "ALTER INDEX seats_changed RENAME TO seats_new",
        "ALTER TABLE seats ALTER COLUMN price TYPE numeric(10, 2)",
        "ALTER TABLE seats ALTER price SET DATA TYPE int",
        "ALTER TABLE seats ALTER COLUMN held_until SET NOT NULL",
        "ALTER TABLE seats ADD COLUMN colour text NOT NULL",
        "ALTER TABLE seats ADD colour text CHECK (colour IN ('a', 'b')) NOT NULL",
        "ALTER TABLE seats ADD COLUMN since timestamptz NOT NULL DEFAULT clock_timestamp()",
        "ALTER TABLE seats ADD CONSTRAINT cheap CHECK (price < 10)",
        "ALTER TABLE seats ADD UNIQUE (number)",
        "CREATE INDEX ON seats (price)",
        "CREATE UNIQUE INDEX IF NOT EXISTS a ON seats (price)",
        "/* later */ DROP -- now\n TABLE seats",
        "-- Unused since 99.0.0: nobody\nDROP TABLE seats",
        "-- Unused since the last one: nobody\nDROP TABLE seats",
        "-- Unused since 0.0.1: the colour\nSELECT 1; DROP TABLE seats",
    ] {
        assert_eq!(refuse(refused, true).len(), 1, "{refused}");
    }
    assert_eq!(refuse("CREATE INDEX CONCURRENTLY a ON seats (price); SELECT 1", false).len(), 2);
}

#[test]
fn what_a_migration_may_do_is_let_be() {
    for fine in [
        "CREATE TABLE chairs (a int NOT NULL); CREATE INDEX ON chairs (a); ALTER TABLE chairs DROP COLUMN a",
        "ALTER TABLE seats ADD COLUMN colour text, ADD shade int NOT NULL DEFAULT 3",
        "ALTER TABLE seats ADD COLUMN since timestamptz NOT NULL DEFAULT now()",
        "ALTER TABLE seats ADD COLUMN note text DEFAULT 'DROP TABLE; RENAME'",
        "ALTER TABLE seats ADD CONSTRAINT cheap CHECK (price < 10) NOT VALID",
        "ALTER TABLE seats ALTER COLUMN price DROP NOT NULL",
        "ALTER TABLE seats DROP CONSTRAINT seats_check",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE seats; END $$",
        "-- DROP TABLE seats;\nREVOKE UPDATE ON seats FROM CURRENT_USER",
        "-- Unused since 0.0.1: nobody asks for colours.\nALTER TABLE seats DROP COLUMN colour",
    ] {
        assert_eq!(refuse(fine, true), Vec::<String>::new(), "{fine}");
    }
    assert!(refuse("CREATE INDEX CONCURRENTLY a ON seats (price)", false).is_empty());
}
