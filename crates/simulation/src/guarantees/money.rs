//! 3, 4, 6, 9: the books.

use std::collections::BTreeMap;

use domain::adapters::memory::Posted;
use domain::shared::Money;
use domain::wallet::{Account, ChargeState, Reason};

use super::memory::command;
use super::{Finding, Memory, View};

/// What was posted since the step before.
fn fresh<'a>(view: &View<'a>, memory: &Memory) -> impl Iterator<Item = &'a Posted> {
    view.books.journal.iter().skip(memory.journal_read)
}

/// 3: Every journal entry sums to zero.
pub fn entries_sum_to_zero(view: &View<'_>, memory: &Memory) -> Finding {
    if view.books.journal.len() < memory.journal_read {
        return Some("an entry was taken out of the journal".to_owned());
    }
    fresh(view, memory).find_map(|posted| {
        let lines = posted.entry.lines().iter();
        let sum = lines.map(|line| line.amount).try_fold(Money::ZERO, Money::checked_add);
        (sum != Some(Money::ZERO)).then(|| format!("entry {} sums to {sum:?}", posted.entry.id()))
    })
}

/// 4: A balance is the sum of its entries, and never negative.
pub fn balances_are_the_sum_of_entries(view: &View<'_>, memory: &Memory) -> Finding {
    for (user, wallet) in &view.books.wallets {
        let mut sum = memory.balances.get(user).copied().unwrap_or_default();
        for posted in fresh(view, memory).filter(|posted| posted.user_id == *user) {
            sum = sum.checked_add(posted.entry.effect_on(Account::Wallet(*user)))?;
            if posted.balance_after.as_won() != sum.as_won() {
                let (id, after) = (posted.entry.id(), posted.balance_after.as_won());
                return Some(format!("entry {id} leaves {sum} to {user} and says {after} won"));
            }
        }
        if wallet.balance.as_won() != sum.as_won() || sum.as_won() < 0 {
            return Some(format!("{user} has {} won and entries of {sum}", wallet.balance.as_won()));
        }
    }
    None
}

/// 6: Refunds ≤ captured, for each payment. Ours are whole, and go to where the money came from.
pub fn refunds_up_to_what_was_taken(view: &View<'_>, memory: &Memory) -> Finding {
    fresh(view, memory).find_map(|posted| {
        let Reason::Refund(payment) = posted.entry.reason() else { return None };
        let sum = |of: fn(Reason) -> Option<domain::shared::PaymentId>| -> i64 {
            let entries = view.books.journal.iter().filter(|other| of(other.entry.reason()) == Some(payment));
            entries.map(|other| other.entry.effect_on(Account::Sales).as_won()).sum()
        };
        let from = view.books.journal.iter().find(|other| other.entry.reason() == Reason::Payment(payment));
        if from.is_some_and(|from| from.user_id != posted.user_id) {
            return Some(format!(
                "payment {payment} was given back to {}, who did not pay it",
                posted.user_id
            ));
        }
        let taken = sum(|reason| if let Reason::Payment(id) = reason { Some(id) } else { None });
        let refunded = -sum(|reason| if let Reason::Refund(id) = reason { Some(id) } else { None });
        (refunded != taken).then(|| format!("payment {payment} took {taken} won and gave back {refunded}"))
    })
}

/// 9: One effect: a command moves money once, and a top-up only money that the provider has taken.
pub fn one_effect_per_command(view: &View<'_>, memory: &Memory) -> Finding {
    if view.books.journal.len() > memory.journal_read {
        let mut counts = BTreeMap::new();
        for posted in &view.books.journal {
            let count: &mut u32 = counts.entry(command(posted.entry.reason())).or_default();
            *count += 1;
            if *count > 1 {
                return Some(format!("{:?} moved money twice", posted.entry.reason()));
            }
        }
    }
    view.books.charges.values().find_map(|touched| {
        let charge = &touched.charge;
        let captured = view.provider.has_captured(charge.id);
        match charge.state {
            ChargeState::Captured { .. } => {
                (!captured).then(|| format!("top-up {} gave money that the provider never took", charge.id))
            }
            ChargeState::Declined { .. } | ChargeState::Cancelled => captured
                .then(|| format!("top-up {} ended without the money that the provider took", charge.id)),
            ChargeState::Pending => None,
        }
    })
}
