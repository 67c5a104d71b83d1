//! The deterministic world: whole fans and all four services, the real use cases and the real recovery over
//! simulated ports, on one thread and in virtual time. The seed decides everything; docs/SIMULATION.md explains.

pub mod chance;
pub mod cli;
pub mod executor;
pub mod fans;
pub mod faults;
pub mod guarantees;
pub mod network;
pub mod planted;
pub mod services;
pub mod stores;
pub mod sweep;
pub mod trace;
pub mod world;
