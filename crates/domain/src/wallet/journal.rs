//! Double-entry bookkeeping: every movement is an entry of lines that sum to zero, or it is no entry.

use crate::shared::{Amount, ChargeId, JournalEntryId, Money, PaymentId, UserId};

/// Who a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Account {
    /// What a fan can spend.
    Wallet(UserId),
    /// What the payment provider owes us for top-ups.
    Provider,
    /// What seats have earned.
    Sales,
}

/// Why money moved, and the command that moved it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    Charge(ChargeId),
    Payment(PaymentId),
    Refund(PaymentId),
}

/// One side of an entry. Positive: the account is given; negative: it gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JournalLine {
    pub account: Account,
    pub amount: Money,
}

/// A balanced movement of money.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalEntry {
    id: JournalEntryId,
    reason: Reason,
    lines: Vec<JournalLine>,
}

/// The lines do not sum to zero, so they are no entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the lines of journal entry {entry} do not sum to zero")]
pub struct Unbalanced {
    pub entry: JournalEntryId,
}

impl JournalEntry {
    /// An entry from its lines; refused unless they sum to exactly zero.
    pub fn new(id: JournalEntryId, reason: Reason, lines: Vec<JournalLine>) -> Result<Self, Unbalanced> {
        let sum = lines.iter().try_fold(Money::ZERO, |sum, line| sum.checked_add(line.amount));
        if lines.is_empty() || sum != Some(Money::ZERO) {
            return Err(Unbalanced { entry: id });
        }
        Ok(Self { id, reason, lines })
    }

    /// A top-up: the provider gives, the wallet is given.
    pub fn charge(id: JournalEntryId, charge: ChargeId, user: UserId, amount: Amount) -> Self {
        Self::transfer(id, Reason::Charge(charge), Account::Provider, Account::Wallet(user), amount)
    }

    /// A payment: the wallet gives, sales are given.
    pub fn payment(id: JournalEntryId, payment: PaymentId, user: UserId, amount: Amount) -> Self {
        Self::transfer(id, Reason::Payment(payment), Account::Wallet(user), Account::Sales, amount)
    }

    /// A refund: sales give back, the wallet is given.
    pub fn refund(id: JournalEntryId, payment: PaymentId, user: UserId, amount: Amount) -> Self {
        Self::transfer(id, Reason::Refund(payment), Account::Sales, Account::Wallet(user), amount)
    }

    fn transfer(id: JournalEntryId, reason: Reason, from: Account, to: Account, amount: Amount) -> Self {
        let given = Money::from(amount);
        // An Amount is at most a trillion, so its negation always exists.
        let taken = given.checked_neg().unwrap_or(Money::ZERO);
        let lines =
            vec![JournalLine { account: from, amount: taken }, JournalLine { account: to, amount: given }];
        Self { id, reason, lines }
    }

    pub fn id(&self) -> JournalEntryId {
        self.id
    }

    pub fn reason(&self) -> Reason {
        self.reason
    }

    pub fn lines(&self) -> &[JournalLine] {
        &self.lines
    }

    /// What this entry changes on one account.
    pub fn effect_on(&self, account: Account) -> Money {
        self.lines
            .iter()
            .filter(|line| line.account == account)
            .fold(Money::ZERO, |sum, line| sum.checked_add(line.amount).unwrap_or(sum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn entry_id() -> JournalEntryId {
        JournalEntryId(Uuid::from_u128(1))
    }

    proptest! {
        #[test]
        fn only_lines_that_sum_to_zero_are_an_entry(amounts in proptest::collection::vec(-1_000_i64..1_000, 0..6)) {
            let lines: Vec<_> = amounts
                .iter()
                .map(|won| JournalLine { account: Account::Sales, amount: Money::won(*won) })
                .collect();
            let balanced = !amounts.is_empty() && amounts.iter().sum::<i64>() == 0;
            let entry = JournalEntry::new(entry_id(), Reason::Charge(ChargeId(Uuid::nil())), lines);
            prop_assert_eq!(entry.is_ok(), balanced);
        }

        #[test]
        fn every_movement_is_balanced(won in 1..=Amount::MAX.as_won()) {
            let user = UserId(Uuid::from_u128(7));
            let payment = PaymentId(Uuid::from_u128(8));
            let amount = Amount::new(won).unwrap();
            for (entry, effect) in [
                (JournalEntry::charge(entry_id(), ChargeId(Uuid::from_u128(9)), user, amount), won),
                (JournalEntry::payment(entry_id(), payment, user, amount), -won),
                (JournalEntry::refund(entry_id(), payment, user, amount), won),
            ] {
                prop_assert_eq!(entry.effect_on(Account::Wallet(user)), Money::won(effect));
                prop_assert!(JournalEntry::new(entry.id(), entry.reason(), entry.lines().to_vec()).is_ok());
            }
        }
    }

    #[test]
    fn a_sum_that_overflows_is_not_balanced() {
        let line = |won| JournalLine { account: Account::Provider, amount: Money::won(won) };
        let lines = vec![line(i64::MAX), line(1), line(i64::MIN)];
        assert_eq!(
            JournalEntry::new(entry_id(), Reason::Charge(ChargeId(Uuid::nil())), lines),
            Err(Unbalanced { entry: entry_id() })
        );
    }
}
