//! The benchmark itself, tiny: that every row runs, comes to a figure, and leaves a database that the audit finds clean.

use crowd::bench::{Options, run};

#[tokio::test(flavor = "multi_thread")]
async fn every_row_comes_to_a_figure_and_the_audit_is_clean() {
    let options = Options { smoke: true, ..Options::default() };
    let report = run(&options).await.unwrap();
    assert_eq!(report.failures, Vec::<String>::new());
    for row in &report.rows {
        assert_eq!(row.errors, Vec::<String>::new(), "{}", row.id);
        assert!(!row.ours.rounds.is_empty() || row.not_served.is_some(), "{} has no figure", row.id);
    }
}
