//! What the crowd was told against what the services say once everything is well again.

mod finding;
mod halls;
mod money;
mod picture;
mod places;
mod read;
mod reservations;
#[cfg(test)]
mod tests;

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::Instant;

pub use finding::{Finding, Judgement, Kind};
pub use halls::{Hall, judge_halls};
pub use picture::{Picture, PlaceSeen};
pub use read::Reader;

use crate::ledger::Account;

/// Accounts that are read at once: enough to keep the services busy.
const AT_ONCE: usize = 16;
/// Between two looks at something that has not come to rest.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Weighs one fan's account against one picture of the services.
pub fn judge(account: &Account, picture: &Picture) -> Judgement {
    let mut judgement = Judgement::of(account.user_id);
    for what in &account.contradictions {
        judgement.contradicted(what.clone());
    }
    money::judge(account, picture, &mut judgement);
    reservations::judge(account, picture, &mut judgement);
    places::judge(account, picture, &mut judgement);
    judgement
}

/// An account that was read back.
#[derive(Clone, Debug)]
pub struct Judged {
    pub account: Account,
    pub picture: Picture,
    pub findings: Vec<Finding>,
    /// When the last look began.
    pub at: Instant,
    pub looks: usize,
}

/// Reads every account back. What has not come to rest, or does not agree, is looked at again until `deadline`; what
/// is under way after it is stuck.
pub async fn judge_all(
    reader: &Reader,
    accounts: Vec<Account>,
    deadline: Instant,
) -> anyhow::Result<Vec<Judged>> {
    let judged = stream::iter(accounts).map(|account| judge_one(reader, account, deadline));
    judged.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.into_iter().collect()
}

async fn judge_one(reader: &Reader, account: Account, deadline: Instant) -> anyhow::Result<Judged> {
    let mut looks = 0;
    loop {
        looks += 1;
        let at = Instant::now();
        let is_last = at >= deadline;
        let picture = reader.picture(&account).await?;
        let judgement = judge(&account, &picture);
        if judgement.is_clean() || is_last {
            return Ok(Judged { account, picture, findings: judgement.in_the_end(), at, looks });
        }
        tokio::time::sleep_until((Instant::now() + LOOK_AGAIN).min(deadline)).await;
    }
}
