//! How many of those who wait may come in now.

/// The limits an operator sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AdmissionPolicy {
    /// Fans inside at once, at most.
    pub max_active: u32,
    /// Fans let in within any 60 seconds, at most; `None`: no limit.
    pub admit_per_minute: Option<u32>,
    /// How long a pass lasts.
    pub pass_ttl_seconds: u32,
}

/// Why a queue cannot be set like this: the field's wire name and what is wrong with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field} {message}")]
pub struct InvalidSetting {
    pub field: &'static str,
    pub message: &'static str,
}

impl InvalidSetting {
    pub(super) const fn new(field: &'static str, message: &'static str) -> Self {
        Self { field, message }
    }
}

/// How full a queue's inside is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Load {
    /// Passes that are neither finished nor expired.
    pub active: u32,
    /// Admissions within the last 60 seconds.
    pub admitted_last_minute: u32,
}

impl AdmissionPolicy {
    /// The minute of `admit_per_minute`, over which admissions are counted.
    pub const RATE_WINDOW_SECONDS: u32 = 60;
    /// Beyond what any hall holds; a queue with more slots holds nobody back.
    const MAX_FANS: u32 = 1_000_000;
    /// A day: a longer pass would outlive the sale it is for.
    const MAX_PASS_TTL_SECONDS: u32 = 86_400;

    /// The same policy, if it makes sense. `max_active` may be 0: nobody is let in.
    pub fn validated(self) -> Result<Self, InvalidSetting> {
        if self.max_active > Self::MAX_FANS {
            return Err(InvalidSetting::new("maxActive", "must be at most 1000000"));
        }
        if self.admit_per_minute.is_some_and(|rate| rate == 0 || rate > Self::MAX_FANS) {
            return Err(InvalidSetting::new(
                "admitPerMinute",
                "must be 1 to 1000000; pause the queue to let nobody in",
            ));
        }
        if self.pass_ttl_seconds == 0 || self.pass_ttl_seconds > Self::MAX_PASS_TTL_SECONDS {
            return Err(InvalidSetting::new("passTtlSeconds", "must be 1 to 86400 seconds"));
        }
        Ok(self)
    }

    /// How many may be let in now. Never so many that `active` exceeds `max_active` or that any window of 60
    /// seconds sees more than `admit_per_minute` admissions.
    pub fn free_slots(&self, load: Load) -> u32 {
        let by_capacity = self.max_active.saturating_sub(load.active);
        match self.admit_per_minute {
            Some(rate) => by_capacity.min(rate.saturating_sub(load.admitted_last_minute)),
            None => by_capacity,
        }
    }

    /// Whether giving up a slot lets in somebody who would otherwise wait on: more wait than there is room for
    /// already. Of ten who give up their slots for one who waits, one does it in earnest.
    pub fn is_slot_needed(&self, load: Load, waiting: u64) -> bool {
        waiting > u64::from(self.max_active.saturating_sub(load.active))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn admissions_never_exceed_either_limit(
            max_active in 0..500_u32,
            rate in proptest::option::of(1..500_u32),
            active in 0..600_u32,
            admitted_last_minute in 0..600_u32,
        ) {
            let policy = AdmissionPolicy { max_active, admit_per_minute: rate, pass_ttl_seconds: 600 };
            let slots = policy.free_slots(Load { active, admitted_last_minute });
            if slots > 0 {
                prop_assert!(active + slots <= max_active);
                prop_assert!(rate.is_none_or(|rate| admitted_last_minute + slots <= rate));
            }
            // And no slot is left empty that could be filled: one more would break a limit.
            let one_more = slots + 1;
            prop_assert!(active + one_more > max_active || rate.is_some_and(|rate| admitted_last_minute + one_more > rate));
        }
    }

    #[test]
    fn a_slot_is_needed_by_those_only_for_whom_none_is_free() {
        let policy = AdmissionPolicy { max_active: 3, admit_per_minute: None, pass_ttl_seconds: 600 };
        let needed =
            |active, waiting| policy.is_slot_needed(Load { active, admitted_last_minute: 0 }, waiting);
        assert!(!needed(3, 0));
        assert!(needed(3, 1));
        assert!(!needed(2, 1));
        assert!(needed(2, 2));
        assert!(needed(9, 1));
    }

    #[test]
    fn a_policy_without_sense_is_named() {
        let good = AdmissionPolicy { max_active: 0, admit_per_minute: None, pass_ttl_seconds: 1 };
        let widest = AdmissionPolicy {
            max_active: 1_000_000,
            admit_per_minute: Some(1_000_000),
            pass_ttl_seconds: 86_400,
        };
        for policy in [good, AdmissionPolicy { admit_per_minute: Some(1), ..good }, widest] {
            assert_eq!(policy.validated(), Ok(policy));
        }
        for (policy, field) in [
            (AdmissionPolicy { max_active: 1_000_001, ..good }, "maxActive"),
            (AdmissionPolicy { admit_per_minute: Some(0), ..good }, "admitPerMinute"),
            (AdmissionPolicy { admit_per_minute: Some(1_000_001), ..good }, "admitPerMinute"),
            (AdmissionPolicy { pass_ttl_seconds: 0, ..good }, "passTtlSeconds"),
            (AdmissionPolicy { pass_ttl_seconds: 86_401, ..good }, "passTtlSeconds"),
        ] {
            assert_eq!(policy.validated().unwrap_err().field, field);
        }
    }
}
