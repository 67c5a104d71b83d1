//! reservation-service over HTTP, on a database of its own, beside a wallet that keeps real books and a queue that
//! remembers what it was told.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails loudly")]

mod audit;
mod best_available;
mod cancelling;
mod contention;
mod credentials;
mod document;
mod events;
mod hall;
mod hanging_up;
mod holds;
mod inspection;
mod inventories;
mod lapsing;
mod lookups;
mod lost_answers;
mod out_of_reach;
mod payments;
mod queue;
mod recovery;
mod releases;
mod replicas;
mod sales;
mod vitals;
mod wallet;
