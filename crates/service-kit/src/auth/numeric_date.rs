//! The `NumericDate` of RFC 7519: seconds since 1970, which some issuers write with a fraction.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// An instant as it stands in a claim, in whole seconds, rounded down: a token never outlives what it grants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NumericDate(pub DateTime<Utc>);

impl Serialize for NumericDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.timestamp())
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let since_1970 =
            Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(Error::custom)?;
        i64::try_from(since_1970.as_secs())
            .ok()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .map(Self)
            .ok_or_else(|| Error::custom("lies beyond the calendar"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_goes_out_in_whole_seconds_and_comes_back() {
        let instant = DateTime::from_timestamp(1_800_000_000, 999_000_000).unwrap();
        let text = serde_json::to_string(&NumericDate(instant)).unwrap();
        assert_eq!(text, "1800000000");
        let back: NumericDate = serde_json::from_str(&text).unwrap();
        assert_eq!(back.0.timestamp(), 1_800_000_000);
    }

    #[test]
    fn a_fraction_is_read_and_dropped() {
        let read: NumericDate = serde_json::from_str("1800000000.9").unwrap();
        assert_eq!(read.0, DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in ["-1", "1e300", "9e17", "\"1800000000\"", "null"] {
            assert!(serde_json::from_str::<NumericDate>(text).is_err(), "{text}");
        }
    }
}
