//! What the box office calls: its database. Its peers' adapters stand in the crate `peers`.

pub mod postgres;
pub mod traced;
