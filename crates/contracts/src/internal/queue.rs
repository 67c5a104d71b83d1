//! What the other services ask of queue-service.

use chrono::{DateTime, Utc};
use domain::queue::{Revocations, RevokedPass};
use domain::shared::EntryId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::set_size;
use crate::Invalid;

/// `POST /internal/v1/passes/endings`: admissions that end at the same time, each on its own. Ending one again, or late,
/// is a no-op.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndingsBody {
    /// 1 to 500.
    pub endings: Vec<EndingBody>,
}

/// One pass, and why its admission ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndingBody {
    /// `jti` of the pass.
    pub pass_id: Uuid,
    pub ending: Ending,
}

/// Why an admission ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Ending {
    /// Its fan has paid.
    Finished,
    /// Its fan has nothing left to pay: the slot goes to the next in line, if somebody waits for it.
    SlotYielded,
}

impl EndingsBody {
    pub fn endings(self) -> Result<Vec<EndingBody>, Invalid> {
        set_size("endings", self.endings.len())?;
        Ok(self.endings)
    }
}

/// Which of a set of endings are done, by this call or an earlier one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndedBody {
    /// Of one that is missing here it is unknown; it may be asked for again.
    pub ended: Vec<EndingBody>,
}

/// `GET /internal/v1/passes/revoked`
#[derive(Debug, Clone, Copy, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RevokedQuery {
    /// `version` of the answer before; 0 or absent: everything.
    #[serde(default)]
    #[param(minimum = 0)]
    pub after: i64,
}

/// The passes that ended early since a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevocationsBody {
    pub revoked: Vec<RevokedPassBody>,
    /// Ask behind this one next time.
    pub version: i64,
    /// The clock by which passes expire.
    pub now: DateTime<Utc>,
}

/// A pass that must not be honoured any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevokedPassBody {
    /// `jti` of the pass.
    pub pass_id: Uuid,
    /// When it would have ended by itself.
    pub expires_at: DateTime<Utc>,
}

impl From<Revocations> for RevocationsBody {
    fn from(revocations: Revocations) -> Self {
        let body =
            |pass: RevokedPass| RevokedPassBody { pass_id: pass.entry_id.0, expires_at: pass.expires_at };
        Self {
            revoked: revocations.revoked.into_iter().map(body).collect(),
            version: revocations.version,
            now: revocations.now,
        }
    }
}

impl From<RevocationsBody> for Revocations {
    fn from(body: RevocationsBody) -> Self {
        let pass = |pass: RevokedPassBody| RevokedPass {
            entry_id: EntryId(pass.pass_id),
            expires_at: pass.expires_at,
        };
        Self { revoked: body.revoked.into_iter().map(pass).collect(), version: body.version, now: body.now }
    }
}
