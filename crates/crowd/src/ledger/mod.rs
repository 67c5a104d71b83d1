//! What the crowd was told: every acknowledged answer, and everything asked whose answer is not known.

mod account;
mod diary;
mod event;

pub use account::{
    Account, ChargeTry, HoldOutcome, HoldTry, KnownPayment, PayOutcome, PayTry, Place, PlaceStatus,
};
pub use diary::Diary;
pub use event::{Event, SeatTicket};
