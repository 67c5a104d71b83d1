//! Fans over HTTP: what people do at a sale, what breaks meanwhile, and whether every promise was kept.
//!
//! `stack` runs PostgreSQL and the four binaries as processes; `proxy` is the network between them, on demand a faulty
//! one; `fan` is what a fan does, `ledger` what fans were told, `verdict` whether it is true in the end; `chaos` puts
//! them together; `bench` is how fast it all is, beside a yardstick. This crate knows the wire (`contracts`) and nothing of how the services are made.

pub mod bench;
pub mod chaos;
pub mod fan;
pub mod http;
mod interrupt;
pub mod ledger;
pub mod promoter;
pub mod proxy;
pub mod stack;
pub mod verdict;
