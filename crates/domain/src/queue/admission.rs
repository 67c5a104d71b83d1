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

/// Why a policy makes no sense; the field's wire name and what is wrong with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field} {message}")]
pub struct InvalidPolicy {
    pub field: &'static str,
    pub message: &'static str,
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
    /// A day: a longer pass would outlive the sale it is for.
    const MAX_PASS_TTL_SECONDS: u32 = 86_400;

    /// The same policy, if it makes sense. `max_active` may be 0: nobody is let in.
    pub fn validated(self) -> Result<Self, InvalidPolicy> {
        if self.pass_ttl_seconds == 0 || self.pass_ttl_seconds > Self::MAX_PASS_TTL_SECONDS {
            return Err(InvalidPolicy { field: "passTtlSeconds", message: "must be between 1 and 86400 seconds" });
        }
        if self.admit_per_minute == Some(0) {
            return Err(InvalidPolicy { field: "admitPerMinute", message: "must be at least 1; pause the queue to let nobody in" });
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
    fn a_policy_without_sense_is_named() {
        let policy = AdmissionPolicy { max_active: 1, admit_per_minute: None, pass_ttl_seconds: 0 };
        assert_eq!(policy.validated().unwrap_err().field, "passTtlSeconds");
        let policy = AdmissionPolicy { max_active: 1, admit_per_minute: Some(0), pass_ttl_seconds: 1 };
        assert_eq!(policy.validated().unwrap_err().field, "admitPerMinute");
    }
}
