//! What operators see of a service while it runs.

use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::shared::Clock;
use serde::Serialize;
use utoipa::ToSchema;

use super::Service;
use crate::audit::{AuditBody, LatestAudit};
use crate::duty::Duty;
use crate::requests::{RequestTotals, Requests};

/// How the service `S` is: where several are served from one origin, each finds its own.
pub struct Vitals<S> {
    clock: Arc<dyn Clock>,
    started_at: DateTime<Utc>,
    requests: Requests,
    audit: LatestAudit,
    duty: Duty,
    service: PhantomData<fn() -> S>,
}

/// How a service is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceBody {
    /// `queue`, `concert`, `reservation` or `wallet`.
    pub service: String,
    pub version: String,
    /// Whether this process does the service's work; where not, it stands by for the one that does.
    pub active: bool,
    /// By the service's own clock; all that is counted is counted since then.
    pub started_at: DateTime<Utc>,
    /// The service's own clock.
    pub now: DateTime<Utc>,
    pub requests: RequestTotals,
    pub audit: AuditBody,
}

impl<S: Service> Vitals<S> {
    pub(crate) fn new(clock: Arc<dyn Clock>, requests: Requests, audit: LatestAudit, duty: Duty) -> Self {
        Self { started_at: clock.now(), clock, requests, audit, duty, service: PhantomData }
    }

    pub(crate) fn requests(&self) -> &Requests {
        &self.requests
    }

    /// Reads what is in memory: it costs a few microseconds and asks no database.
    pub fn body(&self) -> ServiceBody {
        ServiceBody {
            service: S::SECTION.to_owned(),
            // All members of the workspace have one.
            version: env!("CARGO_PKG_VERSION").to_owned(),
            active: self.duty.is_active(),
            started_at: self.started_at,
            now: self.clock.now(),
            requests: self.requests.totals(),
            audit: self.audit.body(),
        }
    }
}
