//! Identifiers: one newtype for each kind of thing, so that no two kinds can be confused.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    )*};
}

identifiers! {
    /// A fan or an operator.
    UserId;
    /// A waiting room; several concerts may share one.
    QueueId;
    /// One place in one queue. A pass carries the id of the entry it was given for as its `jti`.
    EntryId;
    ConcertId;
    /// One performance of a concert.
    ScheduleId;
    SeatId;
    ReservationId;
    /// One attempt at paying a reservation; the key under which the wallet acts once.
    PaymentId;
    TicketId;
    /// One hold that an operator took from its fan.
    ReleaseId;
    /// One top-up; the key under which the payment provider acts once.
    ChargeId;
    /// One balanced set of journal lines.
    JournalEntryId;
    /// One event on its way to another service.
    EventId;
}
