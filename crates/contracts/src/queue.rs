//! The waiting room.

use chrono::{DateTime, Utc};
use domain::queue::{
    AdmissionPolicy, EntryState, QueueChange, QueueFigures, QueueOverview, QueueState, QueueTotals, Standing,
    WaitSeconds, wait_estimate,
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A fan's place: the answer to joining and to every look at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryBody {
    pub entry_id: Uuid,
    /// Whose place it is.
    pub user_id: Uuid,
    /// Proves this place; kept as it is for as long as the place lives.
    pub queue_token: String,
    pub status: EntryStatus,
    /// `ahead` + 1 while waiting, 0 once admitted.
    pub position: u64,
    /// Fans still waiting in front.
    pub ahead: u64,
    /// All fans waiting in this queue.
    pub waiting: u64,
    /// `null` where nothing is known to base it on, and once admitted.
    pub eta_seconds: Option<EtaSeconds>,
    /// When to ask again; asking in less than half of it is refused.
    pub poll_after_ms: u64,
    /// What opens the sale; present once admitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pass: Option<String>,
    /// Present with the pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pass_expires_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryStatus {
    Waiting,
    Admitted,
    Done,
    Expired,
}

impl From<EntryState> for EntryStatus {
    fn from(state: EntryState) -> Self {
        match state {
            EntryState::Waiting => Self::Waiting,
            EntryState::Admitted { .. } => Self::Admitted,
            EntryState::Done => Self::Done,
            EntryState::Expired => Self::Expired,
        }
    }
}

/// How long the wait is likely to be, from the hopeful to the careful end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EtaSeconds {
    pub low: u64,
    pub high: u64,
}

impl From<WaitSeconds> for EtaSeconds {
    fn from(WaitSeconds { low, high }: WaitSeconds) -> Self {
        Self { low, high }
    }
}

impl EntryBody {
    /// `pass` is signed where the fan is inside.
    pub fn new(standing: &Standing, queue_token: String, pass: Option<String>) -> Self {
        let status = EntryStatus::from(standing.entry.state);
        let waits = status == EntryStatus::Waiting;
        let eta = wait_estimate(
            standing.ahead,
            standing.admitted_last_minute,
            AdmissionPolicy::RATE_WINDOW_SECONDS,
        );
        Self {
            entry_id: standing.entry.id.0,
            user_id: standing.entry.user_id.0,
            queue_token,
            status,
            position: standing.position(),
            ahead: standing.ahead,
            waiting: standing.waiting,
            eta_seconds: eta.filter(|_| waits).map(Into::into),
            poll_after_ms: standing.poll_after_ms,
            pass_expires_at: pass.as_ref().and(standing.entry.state.pass_expires_at()),
            pass,
        }
    }
}

/// A waiting room and how full it is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueBody {
    pub queue_id: Uuid,
    pub name: String,
    pub state: QueueStateBody,
    pub waiting: u64,
    pub admitted: u64,
    /// Fans inside at once, at most.
    pub max_active: u32,
    /// Fans let in within any 60 seconds, at most; `null`: no limit.
    pub admit_per_minute: Option<u32>,
    pub pass_ttl_seconds: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum QueueStateBody {
    /// Fans join and are admitted.
    Open,
    /// Nobody new joins and nobody is admitted; every place is kept.
    Paused,
    /// Nobody new joins; who waits is still admitted.
    Draining,
    /// Over: who waits has waited in vain.
    Closed,
}

impl From<QueueState> for QueueStateBody {
    fn from(state: QueueState) -> Self {
        match state {
            QueueState::Open => Self::Open,
            QueueState::Paused => Self::Paused,
            QueueState::Draining => Self::Draining,
            QueueState::Closed => Self::Closed,
        }
    }
}

impl From<QueueStateBody> for QueueState {
    fn from(body: QueueStateBody) -> Self {
        match body {
            QueueStateBody::Open => Self::Open,
            QueueStateBody::Paused => Self::Paused,
            QueueStateBody::Draining => Self::Draining,
            QueueStateBody::Closed => Self::Closed,
        }
    }
}

impl From<QueueOverview> for QueueBody {
    fn from(QueueOverview { queue, waiting, admitted }: QueueOverview) -> Self {
        Self {
            queue_id: queue.id.0,
            name: queue.name,
            state: queue.state.into(),
            waiting,
            admitted,
            max_active: queue.policy.max_active,
            admit_per_minute: queue.policy.admit_per_minute,
            pass_ttl_seconds: queue.policy.pass_ttl_seconds,
        }
    }
}

/// How a queue goes. The totals only grow; two answers with the same `since` and what lies between them are a rate.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueFiguresBody {
    #[serde(flatten)]
    pub queue: QueueBody,
    /// Fans who were given a new place.
    pub joined_total: u64,
    /// Fans who were let in.
    pub admitted_total: u64,
    /// Admissions that ended with a payment.
    pub finished_total: u64,
    /// Since when the totals count: since this queue-service took the rooms over. Another instant than before says that
    /// they have begun anew at 0.
    pub since: DateTime<Utc>,
}

impl From<QueueFigures> for QueueFiguresBody {
    fn from(QueueFigures { overview, totals, since }: QueueFigures) -> Self {
        let QueueTotals { joined, admitted, finished } = totals;
        Self {
            queue: overview.into(),
            joined_total: joined,
            admitted_total: admitted,
            finished_total: finished,
            since,
        }
    }
}

/// `GET /v1/admin/queues`: every queue, the oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueuesBody {
    pub queues: Vec<QueueFiguresBody>,
}

/// `PUT /v1/admin/queues/{queueId}`: what is absent stays as it is, or is the default of a new queue.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueueChangeBody {
    /// 1 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<QueueStateBody>,
    /// Fans inside at once, at most: 0 to 1,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_active: Option<u32>,
    /// Fans let in within any 60 seconds, at most: 1 to 1,000,000; `null` lifts the limit.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub admit_per_minute: Option<Option<u32>>,
    /// 1 to 86,400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_ttl_seconds: Option<u32>,
}

/// Tells a field that is `null` (`Some(None)`) from one that is absent, which never comes here.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u32>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl From<QueueChangeBody> for QueueChange {
    fn from(body: QueueChangeBody) -> Self {
        Self {
            name: body.name,
            state: body.state.map(Into::into),
            max_active: body.max_active,
            admit_per_minute: body.admit_per_minute,
            pass_ttl_seconds: body.pass_ttl_seconds,
        }
    }
}
