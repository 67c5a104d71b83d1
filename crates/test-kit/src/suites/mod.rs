//! One suite per port: its rules, which every adapter of the port has to keep.

pub mod box_office;
pub mod catalogue;
pub mod ledger;
pub mod waiting_room;
