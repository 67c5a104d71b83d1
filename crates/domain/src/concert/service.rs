//! The use cases of the catalogue.

mod concerts;
mod publication;
mod seat_maps;

pub use concerts::{ConcertError, Concerts, NewConcert};
pub use publication::{Publication, PublishError, Published};
pub use seat_maps::SeatMaps;

#[cfg(test)]
mod tests;
