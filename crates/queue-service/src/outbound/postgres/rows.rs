//! Rows, and the domain types they stand for. A row that cannot exist is an error that names it.

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::queue::{AdmissionPolicy, Entry, EntryState, Queue};
use domain::shared::{EntryId, QueueId, UserId};
use uuid::Uuid;

use super::schema::{entries, queues};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = queues, treat_none_as_null = true)]
pub struct QueueRow {
    pub queue_id: Uuid,
    pub name: String,
    pub state: String,
    #[diesel(embed)]
    pub limits: LimitsRow,
    pub limits_are_set: bool,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = queues, treat_none_as_null = true)]
pub struct LimitsRow {
    pub max_active: i32,
    pub admit_per_minute: Option<i32>,
    pub pass_ttl_seconds: i32,
}

impl QueueRow {
    pub fn of(queue: &Queue) -> anyhow::Result<Self> {
        Ok(Self {
            queue_id: queue.id.0,
            name: queue.name.clone(),
            state: queue.state.word().to_owned(),
            limits: LimitsRow::of(&queue.policy)
                .with_context(|| format!("the limits of queue {}", queue.id))?,
            limits_are_set: queue.limits_are_set,
        })
    }

    pub fn queue(self) -> anyhow::Result<Queue> {
        let row = self.queue_id;
        Ok(Queue {
            id: QueueId(row),
            name: self.name,
            state: self.state.parse().with_context(|| format!("queues.state of {row}"))?,
            policy: self.limits.policy().with_context(|| format!("the limits of queues {row}"))?,
            limits_are_set: self.limits_are_set,
        })
    }
}

impl LimitsRow {
    pub fn of(policy: &AdmissionPolicy) -> anyhow::Result<Self> {
        Ok(Self {
            max_active: policy.max_active.try_into()?,
            admit_per_minute: policy.admit_per_minute.map(TryInto::try_into).transpose()?,
            pass_ttl_seconds: policy.pass_ttl_seconds.try_into()?,
        })
    }

    fn policy(self) -> anyhow::Result<AdmissionPolicy> {
        let policy = AdmissionPolicy {
            max_active: self.max_active.try_into()?,
            admit_per_minute: self.admit_per_minute.map(TryInto::try_into).transpose()?,
            pass_ttl_seconds: self.pass_ttl_seconds.try_into()?,
        };
        Ok(policy.validated()?)
    }
}

#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = entries)]
pub struct EntryRow {
    pub entry_id: Uuid,
    pub queue_id: Uuid,
    pub user_id: Uuid,
    pub sequence: i64,
    pub state: String,
    pub joined_at: DateTime<Utc>,
    pub admitted_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl EntryRow {
    pub fn entry(self) -> anyhow::Result<Entry> {
        let row = self.entry_id;
        let state = match (self.state.as_str(), self.admitted_at, self.expires_at) {
            ("waiting", None, None) => EntryState::Waiting,
            ("admitted", Some(admitted_at), Some(expires_at)) => {
                EntryState::Admitted { admitted_at, expires_at }
            }
            ("done", Some(_), Some(_)) => EntryState::Done,
            ("expired", None, None) | ("expired", Some(_), Some(_)) => EntryState::Expired,
            (state, ..) => bail!("entries.state of {row} is {state:?}, which does not fit its other columns"),
        };
        Ok(Entry {
            id: EntryId(row),
            queue_id: QueueId(self.queue_id),
            user_id: UserId(self.user_id),
            sequence: self.sequence,
            joined_at: self.joined_at,
            state,
        })
    }
}
