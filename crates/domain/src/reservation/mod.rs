//! The inventory and what is done with it: holding seats, paying for them, giving them back.

mod checkout;
mod events;
mod give_up;
mod hold;
mod inventory;
mod ports;
mod reservation;
mod service;

pub use checkout::{Payment, PaymentState, ReservationEffect, SagaStep, Settlement, WalletAnswer};
pub use events::{Event, EventBody};
pub use give_up::{GiveUp, GiveUpError, decide_give_up};
pub use hold::{HoldError, HoldRequest, SeatClaim, decide_hold};
pub use inventory::{InventorySeat, SaleTerms, SeatReport, SeatState};
pub use ports::{
    BeginPayment, Begun, Checkouts, GivenUp, Holds, Inventory, Outbox, Passes, PayError, Payments, Reservations,
    Seen, SettleError, Settled,
};
pub use reservation::{Reservation, ReservationState, ReservedSeat, Ticket};
pub use service::{BoxOffice, Checkout, CheckoutError, Courier, HoldPolicy, LookupError, Paid, SeatsWanted};
