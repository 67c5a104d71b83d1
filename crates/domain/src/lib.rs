//! The inside of the hexagon: the rules of queue, concert, reservation and wallet, their use cases, and the
//! ports through which they reach stores, peers, time and ids.
//!
//! Nothing here does I/O. A context knows only [`shared`] beside itself: reservation knows the wallet solely
//! through its own `Payments` port.

pub mod adapters;
pub mod concert;
pub mod queue;
pub mod reservation;
pub mod shared;
pub mod wallet;
