//! The use cases of reservations and payments.

mod at_once;
mod back_office;
mod box_office;
mod checkout;
mod courier;

pub use back_office::BackOffice;
pub use box_office::{BoxOffice, HoldPolicy, LookupError, SeatsWanted};
pub use checkout::{Checkout, CheckoutError, Paid};
pub use courier::Courier;

#[cfg(test)]
mod tests;
