//! 9 and 11, where money moves: a repeated call says what the first one said, and does nothing.

use domain::shared::PaymentId;
use domain::wallet::{Debit, DebitAnswer, DebitRequest};

use crate::world::World;

/// The wallet as it was before a call.
pub struct Before {
    recorded: Option<Debit>,
    entries: usize,
}

pub fn recorded(world: &World, payment: PaymentId) -> Before {
    world.stores.ledger.inspect(|books| Before {
        recorded: books.debits.get(&payment).copied(),
        entries: books.journal.len(),
    })
}

/// After a debit was asked for.
pub fn debited(world: &World, before: &Before, request: &DebitRequest, answer: &anyhow::Result<DebitAnswer>) {
    let (Some(recorded), Ok(answer)) = (before.recorded, answer) else { return };
    let id = request.payment_id;
    if *answer != recorded.answer() {
        world.violated("9", format!("payment {id} was answered {:?}, and now {answer:?}", recorded.answer()));
    }
    let entries = world.stores.ledger.inspect(|books| books.journal.len());
    if entries != before.entries {
        world.violated("11", format!("a repeated debit of payment {id} moved money"));
    }
}
