//! The inventory and what is done with it: holding seats, paying for them, giving them back.

mod best_available;
mod checkout;
mod claim;
mod events;
mod give_up;
mod hold;
mod inspection;
mod inventory;
mod ports;
mod service;

pub use best_available::{BestAvailable, FreeRow, FreeSeat, FreeSeats, NoChoice};
pub use checkout::{
    Beginning, Conclusion, Payment, PaymentState, ReservationEffect, SagaStep, SeatsEffect, Settlement,
    WalletAnswer, decide_begin,
};
pub use claim::{Reservation, ReservationState, ReservedSeat, Ticket};
pub use events::{Event, EventBody};
pub use give_up::{GiveUp, GiveUpError, decide_give_up};
pub use hold::{HoldError, HoldRequest, SeatChoice, SeatClaim, SeatWish, choose_seats, decide_hold};
pub use inspection::{
    Inspected, InvalidReason, PaymentFigures, Release, ReleaseError, ReleaseReason, ReleaseRequest,
    ReservationFigures, ReservationStatus, SalesFigures, SeatFigures, SeatSought, Sought, decide_release,
};
pub use inventory::{InventorySeat, SaleTerms, SeatReport, SeatState};
pub use ports::{
    BeginPayment, Begun, Checkouts, GivenUp, Holds, Inspection, Inventory, Outbox, Passes, PayError,
    Payments, Releases, Reservations, Seen, SettleError, Settled,
};
pub use service::{
    BackOffice, BoxOffice, Checkout, CheckoutError, Courier, HoldPolicy, LookupError, Paid, SeatsWanted,
};
