//! The machine's clock and UUID v7 ids.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::shared::{Clock, IdGenerator};

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the adapter that the rest of the system asks for the time"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// UUID version 7 (RFC 9562): ordered by the millisecond they were made in, so indexes grow at their end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Version7;

impl IdGenerator for Version7 {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the adapter that the rest of the system asks for ids"
    )]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Both, as the services take them.
pub fn system() -> (Arc<dyn Clock>, Arc<dyn IdGenerator>) {
    (Arc::new(SystemClock), Arc::new(Version7))
}
