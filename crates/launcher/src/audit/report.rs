//! What an audit found, for people and for machines.

use std::fmt::{self, Write as _};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use service_kit::audit::{Finding, Verdict};

/// Guarantees that stored rows do not show.
const SHOWN_BY_TESTS: [Unseen; 5] = [
    Unseen { guarantee: 9, what: "a repeated request is answered byte for byte as the first" },
    Unseen { guarantee: 11, what: "a late or repeated step changes nothing" },
    Unseen { guarantee: 12, what: "a worker with an old fencing token cannot write" },
    Unseen { guarantee: 18, what: "nobody reads or writes what is another's" },
    Unseen { guarantee: 19, what: "what was acknowledged survives kill -9" },
];

#[derive(Clone, Copy, Debug, Serialize)]
struct Unseen {
    guarantee: u8,
    what: &'static str,
}

/// All findings of one snapshot. As JSON it is what `boxoffice audit --json` prints: docs/OPERATIONS.md.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Where, without the password.
    pub database: String,
    /// When the snapshot was taken, by the database's clock.
    pub at: DateTime<Utc>,
    /// Of all checks together.
    pub violations: i64,
    pub checks: Vec<CheckReport>,
    shown_by_tests: &'static [Unseen],
}

#[derive(Clone, Debug)]
pub struct CheckReport(pub Finding);

impl Report {
    pub(super) fn new(database: String, at: DateTime<Utc>, findings: Vec<Finding>) -> Self {
        let violations = findings.iter().map(|finding| finding.verdict.violations()).sum();
        let checks = findings.into_iter().map(CheckReport).collect();
        Self { database, at, violations, checks, shown_by_tests: &SHOWN_BY_TESTS }
    }

    pub fn is_clean(&self) -> bool {
        self.violations == 0
    }

    /// Those that do not hold, by name.
    pub fn violated(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.checks.iter().filter_map(|CheckReport(finding)| match &finding.verdict {
            Verdict::Violated { examples, .. } => Some((finding.check.name, examples.as_slice())),
            Verdict::Holds | Verdict::NotJudged { .. } => None,
        })
    }
}

impl Serialize for CheckReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shape<'a> {
            name: &'a str,
            service: &'a str,
            guarantees: &'a [u8],
            rule: &'a str,
            table: &'a str,
            rows: Option<i64>,
            #[serde(flatten)]
            verdict: &'a Verdict,
        }
        let Finding { service, check, rows, verdict } = &self.0;
        let shape = Shape {
            name: check.name,
            service,
            guarantees: check.guarantees,
            rule: check.rule,
            table: check.over,
            rows: *rows,
            verdict,
        };
        shape.serialize(serializer)
    }
}

const HEAD: [&str; 5] = ["guarantee", "of", "check", "rows", "verdict"];

/// One line of the table, as text.
fn cells(CheckReport(finding): &CheckReport) -> [String; 5] {
    let Finding { service, check, rows, verdict } = finding;
    let guarantees: Vec<_> = check.guarantees.iter().map(u8::to_string).collect();
    let verdict = match verdict {
        Verdict::Holds => "holds".to_owned(),
        Verdict::Violated { violations, .. } => format!("VIOLATED: {violations}"),
        Verdict::NotJudged { because } => format!("not judged: {because}"),
    };
    let rows = rows.map_or_else(String::new, |rows| rows.to_string());
    [guarantees.join(", "), (*service).to_owned(), check.name.to_owned(), rows, verdict]
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        writeln!(f, "{} checks of {}, in one snapshot of {at}\n", self.checks.len(), self.database)?;
        let lines: Vec<[String; 5]> =
            std::iter::once(HEAD.map(str::to_owned)).chain(self.checks.iter().map(cells)).collect();
        let width = |column: usize| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let (guarantee, of, check, rows) = (width(0), width(1), width(2), width(3));
        for [number, service, name, looked_at, verdict] in &lines {
            writeln!(
                f,
                "{number:<guarantee$}  {service:<of$}  {name:<check$}  {looked_at:>rows$}  {verdict}"
            )?;
        }
        self.violations(f)?;
        let unseen = SHOWN_BY_TESTS.map(|Unseen { guarantee, what }| format!("{guarantee} ({what})"));
        writeln!(f, "\nNot to be seen in stored rows, and shown by the tests: {}.", unseen.join(", "))
    }
}

impl Report {
    fn violations(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for CheckReport(Finding { service, check, verdict, .. }) in &self.checks {
            let Verdict::Violated { violations, examples } = verdict else { continue };
            writeln!(text, "\n{service}, {}: {}", check.name, check.rule)?;
            for example in examples {
                writeln!(text, "  {example}")?;
            }
            let named = i64::try_from(examples.len()).unwrap_or(i64::MAX);
            if *violations > named {
                writeln!(text, "  and {} more", violations - named)?;
            }
        }
        if text.is_empty() { writeln!(f, "\nNothing is violated.") } else { f.write_str(&text) }
    }
}
