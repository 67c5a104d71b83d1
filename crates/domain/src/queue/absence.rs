//! How long a waiting fan may be silent.

use std::time::Duration;

use super::InvalidSetting;

/// A fan who neither polls nor streams is passed over after a while, and loses the place some time after that. Until
/// then the place is kept: whoever comes back stands where they stood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AbsencePolicy {
    /// Silent for so long, a fan is not let in: somebody who is there would wait for a slot that nobody uses.
    pub limit_seconds: u32,
    /// Silent for so much longer, the place ends.
    pub grace_seconds: u32,
}

impl Default for AbsencePolicy {
    /// Ten minutes and five more.
    fn default() -> Self {
        Self { limit_seconds: 600, grace_seconds: 300 }
    }
}

impl AbsencePolicy {
    /// Three polls of a second each, the shortest wait that a fan is told, fit in.
    const SHORTEST_LIMIT_SECONDS: u32 = 3;
    /// A day: beyond it nobody is ever absent from a sale.
    const LONGEST_SECONDS: u32 = 86_400;
    /// Polls that a fan misses before being taken for absent: two may be lost on the way.
    const POLLS_WITHIN_LIMIT: u64 = 3;

    /// The same policy, if it makes sense.
    pub fn validated(self) -> Result<Self, InvalidSetting> {
        if !(Self::SHORTEST_LIMIT_SECONDS..=Self::LONGEST_SECONDS).contains(&self.limit_seconds) {
            return Err(InvalidSetting::new("absenceLimitSeconds", "must be 3 to 86400 seconds"));
        }
        if self.grace_seconds > Self::LONGEST_SECONDS {
            return Err(InvalidSetting::new("absenceGraceSeconds", "must be 0 to 86400 seconds"));
        }
        Ok(self)
    }

    pub fn is_absent(self, silent: Duration) -> bool {
        silent >= self.limit()
    }

    /// Whether the place is lost.
    pub fn has_lapsed(self, silent: Duration) -> bool {
        silent >= self.lapses_after()
    }

    pub fn limit(self) -> Duration {
        Duration::from_secs(self.limit_seconds.into())
    }

    pub fn lapses_after(self) -> Duration {
        self.limit() + Duration::from_secs(self.grace_seconds.into())
    }

    /// The longest that a fan may be told to wait for the next poll without looking absent by it.
    pub fn longest_poll_millis(self) -> u64 {
        u64::from(self.limit_seconds) * 1_000 / Self::POLLS_WITHIN_LIMIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_fan_is_passed_over_from_the_limit_on_and_gone_from_the_end_of_the_grace_on() {
        let policy = AbsencePolicy { limit_seconds: 10, grace_seconds: 5 };
        let just_before = |whole: u64| Duration::from_millis(whole * 1_000 - 1);
        assert!(!policy.is_absent(just_before(10)) && policy.is_absent(seconds(10)));
        assert!(!policy.has_lapsed(just_before(15)) && policy.has_lapsed(seconds(15)));
    }

    #[test]
    fn a_policy_without_sense_is_named() {
        let good = AbsencePolicy::default();
        let widest = AbsencePolicy { limit_seconds: 86_400, grace_seconds: 86_400 };
        let narrowest = AbsencePolicy { limit_seconds: 3, grace_seconds: 0 };
        for policy in [good, widest, narrowest] {
            assert_eq!(policy.validated(), Ok(policy));
        }
        for (policy, field) in [
            (AbsencePolicy { limit_seconds: 2, ..good }, "absenceLimitSeconds"),
            (AbsencePolicy { limit_seconds: 86_401, ..good }, "absenceLimitSeconds"),
            (AbsencePolicy { grace_seconds: 86_401, ..good }, "absenceGraceSeconds"),
        ] {
            assert_eq!(policy.validated().unwrap_err().field, field);
        }
    }
}
