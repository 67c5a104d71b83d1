use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The time of this process. Never used to decide whether a hold or a pass has expired: that is the
/// store's clock, so that a process whose clock is wrong changes nothing.
pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}

/// Where new ids come from (UUID v7 in production, counted ones in a simulation).
pub trait IdGenerator: Send + Sync {
    fn next(&self) -> Uuid;
}
