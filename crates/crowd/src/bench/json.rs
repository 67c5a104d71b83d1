//! The run as JSON: every round's figure, and what it was run on.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;
use serde_json::{Value, json};

use super::machine::Machine;
use super::row::{Goal, Row, Verdict};

/// A whole run.
#[derive(Debug)]
pub struct Report {
    pub machine: Machine,
    pub settings: Value,
    pub rows: Vec<Row>,
    /// Whether it was large enough for goals.
    pub judged: bool,
    /// Parts that came to no end, and why.
    pub failures: Vec<String>,
}

#[derive(Serialize)]
struct Judgement {
    ours_median: Option<f64>,
    yardstick_median: Option<f64>,
    ratio: Option<f64>,
    goal: String,
    verdict: Verdict,
}

impl Report {
    /// Whether everything was as it should be; goals are another matter.
    pub fn is_sound(&self) -> bool {
        self.failures.is_empty() && self.rows.iter().all(|row| row.errors.is_empty())
    }

    pub fn json(&self) -> Value {
        json!({
            "machine": self.machine,
            "settings": self.settings,
            "rows": self.rows.iter().map(|row| self.row(row)).collect::<Vec<_>>(),
            "failures": self.failures,
        })
    }

    fn row(&self, row: &Row) -> Value {
        let judgement = Judgement {
            ours_median: row.ours.median(),
            yardstick_median: row.yardstick.as_ref().and_then(super::row::Side::median),
            ratio: row.ratio(),
            goal: row.goal.text(row.unit),
            verdict: row.verdict(self.judged),
        };
        json!({
            "id": row.id,
            "what": row.what,
            "unit": row.unit,
            "ours": row.ours,
            "yardstick": row.yardstick,
            "result": judgement,
            "goal_is_of": match row.goal {
                Goal::RatioAtLeast(_) | Goal::RatioAtMost(_) => Some("ratio"),
                Goal::AtMost(_) => Some("ours"),
                Goal::None => None,
            },
            "notes": row.notes,
            "errors": row.errors,
            "not_served": row.not_served,
            "audit": row.audit,
        })
    }

    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(&self.json()).context("a report that is no JSON")?;
        std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::row::Side;

    #[test]
    fn every_round_is_in_it_and_an_error_is_not_sound() {
        let mut row =
            Row::new("P4", "holds", "holds/s", Goal::RatioAtLeast(1.0)).against(Side::known("pgbench", 10.0));
        row.ours.rounds = vec![20.0, 30.0, 25.0];
        let mut report = Report {
            machine: Machine::default(),
            settings: json!({}),
            rows: vec![row],
            judged: true,
            failures: Vec::new(),
        };
        let json = report.json();
        assert_eq!(json["rows"][0]["ours"]["rounds"], json!([20.0, 30.0, 25.0]));
        assert_eq!(json["rows"][0]["result"]["ratio"], json!(2.5));
        assert_eq!(json["rows"][0]["result"]["verdict"], "met");
        assert!(report.is_sound());
        report.rows[0].errors.push("500".to_owned());
        assert!(!report.is_sound());
        assert_eq!(report.json()["rows"][0]["result"]["verdict"], "failed");
    }
}
