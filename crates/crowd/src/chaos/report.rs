//! What happened, in figures, and whether every promise was kept.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::time::Duration;

use anyhow::Context;

use super::audit::Audit;
use super::mischief::Damage;
use super::scene::Scene;
use crate::http::Tally;
use crate::stack::{Member, Network, State};
use crate::verdict::{Finding, Judged, Kind};

/// The outcome of a run.
#[derive(Clone, Debug)]
pub struct Report {
    pub seed: u64,
    pub lasted: Duration,
    pub kills: usize,
    pub purchases: u64,
    pub findings: Vec<Finding>,
    pub audit: Audit,
    /// Processes that ended by themselves, and what they said when they panicked.
    pub breakdowns: Vec<String>,
    /// 5xx other than 503, by route.
    pub failures: BTreeMap<String, u64>,
    by_member: BTreeMap<String, u64>,
    rows: Vec<(&'static str, String)>,
}

/// What a run came to, before it is put in figures.
pub(super) struct Outcome {
    pub(super) damage: Damage,
    pub(super) lasted: Duration,
    /// From the end of the last fault until every fan knew what had become of everything they asked.
    pub(super) known_after: Duration,
    /// From the same moment until nothing was under way any more.
    pub(super) agreed_after: Duration,
    pub(super) judged: Vec<Judged>,
    pub(super) findings: Vec<Finding>,
    pub(super) audit: Audit,
}

impl Report {
    pub(super) fn of(scene: &Scene, seed: u64, outcome: Outcome) -> anyhow::Result<Self> {
        let mut breakdowns = scene.stack.mishaps.ended();
        for member in scene.stack.members() {
            breakdowns.extend(panics(scene, member)?);
        }
        Ok(Self {
            seed,
            lasted: outcome.lasted,
            kills: outcome.damage.kills(),
            purchases: Tally::read(&scene.crowd.takings.purchases),
            breakdowns,
            failures: scene.crowd.tally.failures(),
            by_member: outcome.damage.by_member(),
            rows: rows(scene, &outcome),
            findings: outcome.findings,
            audit: outcome.audit,
        })
    }

    /// Whether every promise was kept, and something was promised at all. An answer of 500 is none: what is out of
    /// reach is answered 503, and nothing else was broken on purpose.
    pub fn is_clean(&self) -> bool {
        let nothing_broken =
            self.findings.is_empty() && self.breakdowns.is_empty() && self.failures.is_empty();
        nothing_broken && self.audit.is_clean() && self.purchases > 0
    }

    /// How often a member was killed.
    pub fn killed(&self, member: Member) -> u64 {
        self.by_member.get(&member.to_string()).copied().unwrap_or_default()
    }

    fn count(&self, kind: Kind) -> usize {
        self.findings.iter().filter(|finding| finding.kind == kind).count()
    }
}

/// A service that panics says so on its error output.
fn panics(scene: &Scene, member: Member) -> anyhow::Result<Vec<String>> {
    let log = scene.stack.log(member);
    let text = fs::read(&log).with_context(|| format!("cannot read {}", log.display()))?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let panicked = text.lines().filter(|line| line.contains("panicked at") || line.contains("PANIC:"));
    Ok(panicked.map(|line| format!("{member}: {line}")).collect())
}

/// How it goes, in one line.
pub(super) fn progress(scene: &Scene, damage: &Damage, elapsed: Duration) -> String {
    let (tally, takings) = (&scene.crowd.tally, &scene.crowd.takings);
    let members = scene.stack.members().into_iter();
    let down: Vec<String> = members
        .filter(|member| scene.stack.state(*member) != State::Serving)
        .map(|member| member.to_string())
        .collect();
    let down = if down.is_empty() { String::new() } else { format!("  down: {}", down.join(", ")) };
    format!(
        "{:4} s  {:3} times down  {:3} faults  {:6} answers  {:5} holds  {:5} purchases  {:4} unknown, {:4} resolved{down}",
        elapsed.as_secs(),
        damage.kills(),
        Tally::read(&damage.bursts),
        Tally::read(&tally.answers),
        Tally::read(&takings.holds),
        Tally::read(&takings.purchases),
        Tally::read(&tally.unknown),
        Tally::read(&tally.resolved),
    )
}

fn rows(scene: &Scene, outcome: &Outcome) -> Vec<(&'static str, String)> {
    let Outcome { damage, judged, .. } = outcome;
    let seconds = |duration: Duration| format!("{:.1} s after the last fault", duration.as_secs_f64());
    let (tally, takings) = (&scene.crowd.tally, &scene.crowd.takings);
    let count = |counter| Tally::read(counter).to_string();
    let by_member = damage.by_member();
    let kills: Vec<String> = by_member.iter().map(|(member, kills)| format!("{kills} {member}")).collect();
    let acknowledged: usize = judged.iter().map(|one| one.account.acknowledged()).sum();
    let unknown: usize = judged.iter().map(|one| one.account.unknown()).sum();
    let struck = scene.stack.network.as_ref().map_or(0, Network::struck);
    vec![
        ("kills, or restarts", format!("{} ({})", damage.kills(), kills.join(", "))),
        ("starts that failed meanwhile", scene.stack.mishaps.failed_starts().to_string()),
        ("network faults", format!("{}, which hit {struck} times", count(&damage.bursts))),
        ("fans who hung up", count(&tally.hung_up)),
        ("users", count(&takings.users)),
        ("admissions", count(&takings.admissions)),
        ("holds", format!("{}, and {} conflicts", count(&takings.holds), count(&takings.conflicts))),
        ("purchases", count(&takings.purchases)),
        ("holds and purchases given up", count(&takings.given_up)),
        ("performances", scene.on_sale().len().to_string()),
        ("answers", format!("{}, {} of them 503", count(&tally.answers), count(&tally.unavailable))),
        ("requests without an answer", count(&tally.lost)),
        (
            "unknown outcomes",
            format!("{}, {} answered when asked again", count(&tally.unknown), count(&tally.resolved)),
        ),
        ("known only by reading back", unknown.to_string()),
        ("longest until known", format!("{} ms", count(&tally.longest_ms))),
        ("every fan knew", seconds(outcome.known_after)),
        ("everything was at rest", seconds(outcome.agreed_after)),
        ("acknowledgements", acknowledged.to_string()),
    ]
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nseed {}, {} s", self.seed, self.lasted.as_secs())?;
        for (what, figure) in &self.rows {
            writeln!(f, "  {what:33}{figure}")?;
        }
        for (failure, times) in &self.failures {
            writeln!(f, "  {:33}{times} × {failure}", "answers of our own failure")?;
        }
        for kind in Kind::ALL {
            writeln!(f, "  {:33}{}", kind.to_string(), self.count(kind))?;
        }
        writeln!(f, "  {:33}{}", "broken down", self.breakdowns.len())?;
        writeln!(f, "  {:33}{}", "audit", self.audit)?;
        for breakdown in &self.breakdowns {
            writeln!(f, "BROKEN DOWN: {breakdown}")?;
        }
        for finding in &self.findings {
            writeln!(f, "BROKEN PROMISE: {finding}")?;
        }
        if self.purchases == 0 {
            writeln!(f, "NOTHING SHOWN: nobody bought anything")?;
        }
        let verdict = if self.is_clean() { "every promise was kept" } else { "NOT CLEAN" };
        write!(f, "verdict: {verdict}")
    }
}
