//! The use cases of the catalogue.

mod concerts;
mod publication;
mod seat_maps;

pub use concerts::{ConcertError, Concerts, NewConcert};
pub use publication::{Publication, PublishError};
pub use seat_maps::SeatMaps;
