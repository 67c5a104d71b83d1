//! Rows, and the domain types they stand for. A row that cannot exist is an error that names it.

mod payments;
mod releases;
mod reservations;
mod seats;

pub use payments::PaymentRow;
pub use releases::ReleaseRow;
pub use reservations::{ReservationRow, SaleRow, status_of};
pub use seats::{SeatRow, columns_of_seat, state_of_seat};
