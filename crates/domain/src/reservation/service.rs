//! The use cases of reservations and payments.

mod at_once;
mod box_office;
mod checkout;
mod courier;

pub use box_office::{BoxOffice, HoldPolicy, LookupError, SeatsWanted};
pub use checkout::{Checkout, CheckoutError, Paid};
pub use courier::Courier;

#[cfg(test)]
mod tests;
