//! A TCP proxy that can be made faulty: what a network does between two processes, on demand.

mod connection;
mod fault;
mod link;

pub use fault::{Fault, Side, Trouble};
pub use link::{Link, Upstreams};
#[cfg(test)]
mod tests;
