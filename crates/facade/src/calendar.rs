use anyhow::Context;
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

/// The documents speak of dates, v1 of instants.
#[derive(Clone, Copy, Debug)]
pub struct Calendar(FixedOffset);

impl Calendar {
    pub fn new(utc_offset_minutes: i32) -> anyhow::Result<Self> {
        let offset = utc_offset_minutes.checked_mul(60).and_then(FixedOffset::east_opt);
        let offset = offset.with_context(|| {
            format!("unusable setting BOXOFFICE__FACADE__UTC_OFFSET_MINUTES: {utc_offset_minutes} is not within a day")
        })?;
        Ok(Self(offset))
    }

    /// The date on which `instant` falls. Written out it is `YYYY-MM-DD` (ISO 8601).
    pub fn date(self, instant: DateTime<Utc>) -> NaiveDate {
        instant.with_timezone(&self.0).date_naive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_performance_is_on_the_date_of_the_place() {
        let eight_in_seoul = "2027-03-01T23:00:00Z".parse().unwrap();
        assert_eq!(Calendar::new(0).unwrap().date(eight_in_seoul).to_string(), "2027-03-01");
        assert_eq!(Calendar::new(540).unwrap().date(eight_in_seoul).to_string(), "2027-03-02");
    }

    #[test]
    fn an_offset_of_more_than_a_day_is_refused_by_name() {
        for minutes in [1_440, i32::MAX] {
            let error = Calendar::new(minutes).unwrap_err().to_string();
            assert!(error.contains("BOXOFFICE__FACADE__UTC_OFFSET_MINUTES"), "{error}");
        }
    }
}
