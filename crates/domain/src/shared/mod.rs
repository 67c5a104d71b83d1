//! What every context speaks: ids, money, pages, and the ports for time and ids.

mod ids;
mod money;
mod page;
mod ports;
mod unavailable;

pub use ids::*;
pub use money::{Amount, Balance, InvalidAmount, Money};
pub use page::{Cursor, InvalidCursor, Page, PageRequest};
pub use ports::{Clock, IdGenerator};
pub use unavailable::Unavailable;
