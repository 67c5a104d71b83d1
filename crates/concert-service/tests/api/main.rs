//! concert-service over HTTP, on a database of its own, beside a reservation-service that keeps its seats in memory.

mod box_office;
mod catalogue;
mod document;
mod hall;
mod measure;
mod publication;
mod revocations;
mod schedules;
mod seats;
