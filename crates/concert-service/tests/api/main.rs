//! concert-service over HTTP, on a database of its own, beside a reservation-service that keeps its seats in memory.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails loudly")]

mod audit;
mod box_office;
mod catalogue;
mod document;
mod hall;
mod publication;
mod revocations;
mod schedules;
mod seat_events;
mod seats;
mod slow_reader;
mod stream;
mod vitals;
