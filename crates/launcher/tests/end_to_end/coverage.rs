//! docs/COVERAGE.md says which test walks which branch: it must name the tests that there are, and all of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const DOCUMENTS: [&str; 5] = ["document_000", "document_001", "document_002", "document_003", "document_004"];

#[test]
fn the_coverage_table_names_every_test_of_a_document_and_no_other() {
    let launcher = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(launcher.join("../../docs/COVERAGE.md")).unwrap();
    let in_code_spans = table.split('`').skip(1).step_by(2);
    let named: BTreeSet<_> = in_code_spans.filter(|span| span.contains("::")).map(str::to_owned).collect();
    let mut written = BTreeSet::new();
    for document in DOCUMENTS {
        let source = launcher.join(format!("tests/end_to_end/{document}.rs"));
        let source = fs::read_to_string(source).unwrap();
        let tests = source.split("#[tokio::test").skip(1).filter_map(|test| test.split("async fn ").nth(1));
        written.extend(
            tests.filter_map(|test| test.split('(').next()).map(|test| format!("{document}::{test}")),
        );
    }
    assert!(written.len() > 80, "{written:#?}");
    assert_eq!(named, written);
}
