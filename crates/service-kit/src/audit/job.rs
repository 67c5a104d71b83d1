use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use chrono::{DateTime, Utc};
use domain::shared::Clock;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use super::{Finding, LatestAudit, Look, Scope, Verdict, snapshot};
use crate::jobs::Job;
use crate::metrics::Metrics;
use crate::postgres::Database;
use crate::settings::AuditSettings;

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct OfCheck {
    check: &'static str,
}

/// After a look the audit rests so many times as long as it took, if that is longer than its interval: however large
/// the tables grow, one twentieth of one core is all it takes.
const REST: i32 = 19;

/// What operators see between two runs of `boxoffice audit`.
#[derive(Clone, Default)]
struct Gauges {
    violations: Family<OfCheck, Gauge>,
    last_run: Gauge,
    duration: Gauge<f64, AtomicU64>,
}

/// A service's look at its own tables.
struct Watch {
    scope: Scope,
    database: Database,
    clock: Arc<dyn Clock>,
    look: Look,
    gauges: Gauges,
    last: Mutex<Last>,
    latest: LatestAudit,
}

/// What the last look left behind.
#[derive(Default)]
struct Last {
    /// By check, so that a violation is logged once.
    verdicts: BTreeMap<&'static str, Verdict>,
    failed: bool,
    rests_until: DateTime<Utc>,
}

/// Audits `scope` by the clock, publishes what it finds and keeps it in `latest`; none where it is turned off or there is
/// nothing to ask.
pub fn job(
    scope: Scope,
    database: Database,
    clock: Arc<dyn Clock>,
    settings: &AuditSettings,
    metrics: &Metrics,
    latest: LatestAudit,
) -> Option<Job> {
    if settings.interval_ms == 0 || scope.checks.is_empty() {
        return None;
    }
    let look = Look {
        at_once: false,
        count_rows: false,
        statement_timeout_ms: settings.statement_timeout_ms,
        parallel_workers: 0,
    };
    let gauges = Gauges::registered(metrics);
    let watch = Arc::new(Watch { scope, database, clock, look, gauges, last: Mutex::default(), latest });
    Some(Job::new("audit", Duration::from_millis(settings.interval_ms), move || {
        let watch = Arc::clone(&watch);
        async move { watch.run().await }
    }))
}

impl Gauges {
    fn registered(metrics: &Metrics) -> Self {
        let gauges = Self::default();
        let Self { violations, last_run, duration } = gauges.clone();
        metrics.register("boxoffice_audit_violations", "Stored rows that break an invariant", violations);
        metrics.register(
            "boxoffice_audit_last_run_timestamp_seconds",
            "When all checks were last run to their end",
            last_run,
        );
        metrics.register("boxoffice_audit_duration_seconds", "How long that took", duration);
        gauges
    }
}

impl Watch {
    /// Returns how many rows are wrong.
    async fn run(&self) -> anyhow::Result<usize> {
        let began = self.clock.now();
        if began < self.last().rests_until {
            ensure!(!self.last().failed, "the last look at the stored rows failed");
            return Ok(0);
        }
        let looked = self.look().await;
        let ended = self.clock.now();
        {
            let mut last = self.last();
            (last.failed, last.rests_until) = (looked.is_err(), ended + (ended - began) * REST);
        }
        let findings = looked.inspect_err(|_| self.latest.fail())?;
        let mut violations: i64 = 0;
        for finding in &findings {
            let found = finding.verdict.violations();
            violations += found;
            self.gauges.violations.get_or_create(&OfCheck { check: finding.check.name }).set(found);
            self.tell(finding);
        }
        self.latest.keep(ended, findings);
        self.gauges.last_run.set(ended.timestamp());
        self.gauges.duration.set((ended - began).as_seconds_f64());
        Ok(usize::try_from(violations)?)
    }

    async fn look(&self) -> anyhow::Result<Vec<Finding>> {
        let mut connection = self.database.connection().await?;
        Ok(snapshot(&mut connection, &[self.scope], self.look).await?.1)
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs a violation when it appears or changes, and when it is gone.
    fn tell(&self, finding: &Finding) {
        let Finding { check, verdict, .. } = finding;
        let before = self.last().verdicts.insert(check.name, verdict.clone());
        if before.as_ref() == Some(verdict) {
            return;
        }
        match verdict {
            Verdict::Violated { violations, examples } => tracing::error!(
                check = check.name,
                violations,
                rule = check.rule,
                rows = examples.join("; "),
                "what must always hold does not"
            ),
            Verdict::Holds | Verdict::NotJudged { .. } => {
                if before.is_some_and(|before| before.violations() > 0) {
                    tracing::info!(check = check.name, "the audit finds no violation any more");
                }
            }
        }
    }
}
