//! The catalogue: concerts, their performances, the seats of each, and a live picture of who has which.

mod catalogue;
mod draft;
mod ports;
mod seat_log;
mod seat_map;
mod seat_plan;
mod service;

pub use catalogue::{Concert, InvalidSalesWindow, SalesWindow, Schedule};
pub use draft::{Draft, Drafted, Recorded};
pub use ports::{Catalogue, Inventory, InventoryPlan, SeatChanges};
pub use seat_log::{Next, SeatLog, SeatLogLimits};
pub use seat_map::{LiveSeat, SeatCount, SeatMap, SeatStatus};
pub use seat_plan::{InvalidSeatPlan, PlannedSeat, SeatPlan, Section};
pub use service::{ConcertError, Concerts, NewConcert, Publication, PublishError, Published, SeatMaps};
