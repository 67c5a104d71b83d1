//! `boxoffice audit`: the installation's own judgement of its database.

use std::fmt;
use std::time::Duration;

use anyhow::Context;
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use crate::stack::Installation;

/// Between two audits, where one could not judge everything yet.
const AGAIN_AFTER: Duration = Duration::from_secs(3);

/// What it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audit {
    /// Nothing is violated; what could not be judged is named.
    Clean { checks: usize, not_judged: Vec<String> },
    /// What it says.
    Violated(String),
    /// Why nothing was found out.
    NotDone(String),
}

/// As much of its report as is looked at here.
#[derive(Deserialize)]
struct Said {
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    name: String,
    verdict: String,
}

/// Audits until every check could be judged, `patience` long at most: some of them ask what the services have done
/// since they were connected, and wait until that is long enough ago.
pub(crate) async fn audit(installation: &Installation, patience: Duration) -> anyhow::Result<Audit> {
    let deadline = Instant::now() + patience;
    loop {
        let audit = audit_once(installation).await?;
        if audit.is_complete() || Instant::now() + AGAIN_AFTER > deadline {
            return Ok(audit);
        }
        sleep(AGAIN_AFTER).await;
    }
}

async fn audit_once(installation: &Installation) -> anyhow::Result<Audit> {
    let output = installation.command(&["audit", "--json"]).output().await;
    let output = output.context("cannot run boxoffice audit")?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match output.status.code() {
        Some(0) => {
            let said = serde_json::from_slice(&output.stdout);
            let Said { checks } = said.context("the audit's report is not understood")?;
            let many = checks.len();
            let not_judged = checks.into_iter().filter(|check| check.verdict != "holds");
            Ok(Audit::Clean { checks: many, not_judged: not_judged.map(|check| check.name).collect() })
        }
        Some(1) => Ok(Audit::Violated(text(&output.stdout))),
        Some(_) | None => Ok(Audit::NotDone(format!("{}: {}", output.status, text(&output.stderr)))),
    }
}

impl Audit {
    pub const fn is_clean(&self) -> bool {
        matches!(self, Self::Clean { .. })
    }

    /// Whether another audit would say no more.
    fn is_complete(&self) -> bool {
        match self {
            Self::Clean { not_judged, .. } => not_judged.is_empty(),
            Self::Violated(_) | Self::NotDone(_) => true,
        }
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clean { checks, not_judged } if not_judged.is_empty() => {
                write!(f, "clean: all of {checks} checks hold")
            }
            Self::Clean { checks, not_judged } => {
                let unknown = not_judged.join(", ");
                write!(f, "clean: none of {checks} checks is violated; too early to judge {unknown}")
            }
            Self::Violated(said) => write!(f, "VIOLATED: {said}"),
            Self::NotDone(why) => write!(f, "could not be done: {why}"),
        }
    }
}
