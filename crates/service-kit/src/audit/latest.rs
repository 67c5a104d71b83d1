use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Finding, Verdict};

/// Named of each check's violations; the log has more of them.
const EXAMPLES: usize = 10;

/// What a service's audit of its own tables found last; clones are the same.
#[derive(Clone, Default)]
pub struct LatestAudit(Arc<Mutex<Latest>>);

#[derive(Default)]
struct Latest {
    /// All checks, when they were last run to their end.
    findings: Option<(DateTime<Utc>, Vec<Finding>)>,
    /// The look after that came to nothing.
    failed: bool,
}

/// What an audit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuditVerdict {
    /// No stored row breaks what must hold.
    Clean,
    /// Some do.
    Violated,
    /// There has been no audit: it is turned off, the service keeps nothing or has only just started, or the last one
    /// failed.
    Unknown,
}

/// What a service's audit of its own tables found last.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditBody {
    pub verdict: AuditVerdict,
    /// When all checks were last run to their end; what follows is as it was then.
    pub checked_at: Option<DateTime<Utc>>,
    /// Checks that could not be asked yet, because who does by the clock what they ask for has not run for long enough.
    pub not_judged: usize,
    pub violations: Vec<ViolationBody>,
}

/// One check that something violates.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ViolationBody {
    pub check: String,
    /// What must hold, in one sentence.
    pub rule: String,
    /// Offending rows, all of them.
    pub count: i64,
    /// Up to ten of them, each with its ids and what is wrong.
    pub examples: Vec<String>,
}

impl LatestAudit {
    pub(super) fn keep(&self, at: DateTime<Utc>, findings: Vec<Finding>) {
        *self.lock() = Latest { findings: Some((at, findings)), failed: false };
    }

    pub(super) fn fail(&self) {
        self.lock().failed = true;
    }

    pub fn body(&self) -> AuditBody {
        let latest = self.lock();
        let Some((at, findings)) = &latest.findings else {
            let verdict = AuditVerdict::Unknown;
            return AuditBody { verdict, checked_at: None, not_judged: 0, violations: Vec::new() };
        };
        let (mut violations, mut not_judged) = (Vec::new(), 0);
        for Finding { check, verdict, .. } in findings {
            match verdict {
                Verdict::Holds => {}
                Verdict::NotJudged { .. } => not_judged += 1,
                Verdict::Violated { violations: count, examples } => violations.push(ViolationBody {
                    check: check.name.to_owned(),
                    rule: check.rule.to_owned(),
                    count: *count,
                    examples: examples.iter().take(EXAMPLES).cloned().collect(),
                }),
            }
        }
        let verdict = match (latest.failed, violations.is_empty()) {
            (true, _) => AuditVerdict::Unknown,
            (false, true) => AuditVerdict::Clean,
            (false, false) => AuditVerdict::Violated,
        };
        AuditBody { verdict, checked_at: Some(*at), not_judged, violations }
    }

    fn lock(&self) -> MutexGuard<'_, Latest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::IDEMPOTENCY_KEYS;
    use super::*;

    fn finding(verdict: Verdict) -> Finding {
        Finding { service: "wallet-service", check: &IDEMPOTENCY_KEYS, rows: None, verdict }
    }

    #[test]
    fn nothing_is_known_before_the_first_look_and_after_one_that_failed() {
        let audit = LatestAudit::default();
        assert_eq!(audit.body().verdict, AuditVerdict::Unknown);
        let because = "nobody is there".to_owned();
        let at = DateTime::UNIX_EPOCH;
        audit.keep(at, vec![finding(Verdict::Holds), finding(Verdict::NotJudged { because })]);
        let body = audit.body();
        assert_eq!((body.verdict, body.not_judged, body.checked_at), (AuditVerdict::Clean, 1, Some(at)));
        audit.fail();
        assert_eq!(audit.body().verdict, AuditVerdict::Unknown);
        assert_eq!(audit.body().checked_at, Some(at), "what was found then was found");
        audit.keep(at, Vec::new());
        assert_eq!(audit.body().verdict, AuditVerdict::Clean);
    }

    #[test]
    fn a_violation_names_ten_of_those_that_it_counts() {
        let audit = LatestAudit::default();
        let examples: Vec<String> = (0..20).map(|number| format!("key {number}")).collect();
        audit.keep(DateTime::UNIX_EPOCH, vec![finding(Verdict::Violated { violations: 30, examples })]);
        let AuditBody { verdict, violations, .. } = audit.body();
        assert_eq!(verdict, AuditVerdict::Violated);
        let [violation] = violations.as_slice() else { panic!("one violation") };
        assert_eq!((violation.check.as_str(), violation.count), (IDEMPOTENCY_KEYS.name, 30));
        assert_eq!((violation.examples.len(), violation.examples[9].as_str()), (10, "key 9"));
    }
}
