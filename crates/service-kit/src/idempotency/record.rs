use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::Fingerprint;
use crate::answer::Answer;

/// How long a key and its answer are kept.
pub const KEPT_HOURS: i64 = 24;
/// How long a command may take before it counts as dead and its key may be claimed again. Every command ends
/// within the peers' deadlines, which are shorter.
pub const LEASE_SECONDS: i64 = 10;

/// What is kept of a key.
#[derive(Clone, Debug)]
pub struct Record {
    pub fingerprint: Fingerprint,
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// Until when somebody is at it; in the past: nobody is.
    pub claimed_until: DateTime<Utc>,
    pub answer: Option<Answer>,
}

/// A key that is ours to answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claimed {
    /// Of what the command makes.
    pub id: Uuid,
    /// The end of our claim. Whoever claims the key after us has another.
    pub until: DateTime<Utc>,
}

/// What claiming a key came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// Run the command under this id.
    Run(Claimed),
    /// It was answered before.
    Replay(Answer),
    /// Somebody is at it.
    InFlight,
    /// The key belongs to another request.
    OtherRequest,
}

impl Record {
    /// A key that somebody is at from now on.
    pub fn claimed(fingerprint: Fingerprint, id: Uuid, now: DateTime<Utc>) -> Self {
        let claimed_until = now + TimeDelta::seconds(LEASE_SECONDS);
        Self { fingerprint, id, created_at: now, claimed_until, answer: None }
    }

    /// Whose it is at present.
    pub fn owner(&self) -> Claimed {
        Claimed { id: self.id, until: self.claimed_until }
    }

    /// Keeps the first answer to the command; the one that is kept is the one to give. Under another id the key was
    /// forgotten and given anew: that is another command, which this answer is none to.
    pub fn complete(&mut self, claimed: Claimed, answer: Answer) -> Answer {
        if self.id != claimed.id {
            return answer;
        }
        self.answer.get_or_insert(answer).clone()
    }

    /// Lets the next one claim the key at once, if it is still the claim's owner who says so.
    pub fn release(&mut self, claimed: Claimed, now: DateTime<Utc>) {
        if self.owner() == claimed {
            self.claimed_until = now;
        }
    }

    pub fn is_old(&self, now: DateTime<Utc>) -> bool {
        now - self.created_at >= TimeDelta::hours(KEPT_HOURS)
    }

    /// Decides a claim over what is recorded; the second part is what to record from now on, if that changes.
    pub fn claim(
        recorded: Option<Self>,
        fingerprint: Fingerprint,
        fresh: Uuid,
        now: DateTime<Utc>,
    ) -> (Claim, Option<Self>) {
        match recorded {
            Some(record) if !record.is_old(now) => {
                if record.fingerprint != fingerprint {
                    (Claim::OtherRequest, None)
                } else if let Some(answer) = record.answer {
                    (Claim::Replay(answer), None)
                } else if record.id == fresh {
                    // This very claim was written, and its answer lost.
                    (Claim::Run(record.owner()), None)
                } else if record.claimed_until > now {
                    (Claim::InFlight, None)
                } else {
                    let again = Self { claimed_until: now + TimeDelta::seconds(LEASE_SECONDS), ..record };
                    (Claim::Run(again.owner()), Some(again))
                }
            }
            Some(_) | None => {
                let first = Self::claimed(fingerprint, fresh, now);
                (Claim::Run(first.owner()), Some(first))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn answer() -> Answer {
        Answer {
            status: 201,
            content_type: "application/json".to_owned(),
            location: None,
            body: b"{}".to_vec(),
        }
    }

    #[test]
    fn a_key_runs_once_replays_for_a_day_and_is_new_after_it() {
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (claim, record) = Record::claim(None, [7; 32], first, at(0));
        assert_eq!(claim, Claim::Run(Claimed { id: first, until: at(LEASE_SECONDS) }));
        let record = record.unwrap();
        assert_eq!(Record::claim(Some(record.clone()), [7; 32], second, at(5)).0, Claim::InFlight);
        assert_eq!(Record::claim(Some(record.clone()), [8; 32], second, at(5)).0, Claim::OtherRequest);
        let answered = Record { answer: Some(answer()), ..record };
        assert_eq!(
            Record::claim(Some(answered.clone()), [7; 32], second, at(86_399)).0,
            Claim::Replay(answer())
        );
        let anew = Claimed { id: second, until: at(86_400 + LEASE_SECONDS) };
        assert_eq!(Record::claim(Some(answered), [8; 32], second, at(86_400)).0, Claim::Run(anew));
    }

    #[test]
    fn a_command_that_died_is_run_again_under_the_same_id() {
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let record = Record::claimed([7; 32], first, at(0));
        assert_eq!(
            Record::claim(Some(record), [7; 32], second, at(LEASE_SECONDS)).0,
            Claim::Run(Claimed { id: first, until: at(2 * LEASE_SECONDS) })
        );
    }
}
