//! A top-up: an outside provider is asked for the money first, then the wallet is given it, each exactly once.

use crate::shared::{Amount, Balance, ChargeId, UserId};
use chrono::{DateTime, Utc};

/// One top-up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charge {
    pub id: ChargeId,
    pub user_id: UserId,
    pub amount: Amount,
    pub created_at: DateTime<Utc>,
    pub state: ChargeState,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChargeState {
    /// The provider may or may not have taken the money.
    Pending,
    /// The wallet was given the money.
    Captured { balance_after: Balance },
    /// The provider said no.
    Declined { reason: String },
    /// Given up: the provider has confirmed that it will never take the money.
    Cancelled,
}

/// What to ask the provider next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChargeStep {
    /// Take the money (once under this charge's id, however often it is asked).
    Capture,
    /// Too old to go on: never take it.
    Cancel,
    /// It has ended.
    Nothing,
}

impl Charge {
    /// Asking again after this many seconds is pointless: the fan has long been told to try anew.
    pub const GIVE_UP_AFTER_SECONDS: i64 = 60;

    /// What comes next, by the store's clock.
    pub fn next_step(&self, now: DateTime<Utc>) -> ChargeStep {
        match self.state {
            ChargeState::Pending if (now - self.created_at).num_seconds() >= Self::GIVE_UP_AFTER_SECONDS => {
                ChargeStep::Cancel
            }
            ChargeState::Pending => ChargeStep::Capture,
            ChargeState::Captured { .. } | ChargeState::Declined { .. } | ChargeState::Cancelled => {
                ChargeStep::Nothing
            }
        }
    }
}
