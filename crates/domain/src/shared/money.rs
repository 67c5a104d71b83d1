//! Money in won, the smallest unit there is of it: whole numbers only.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A signed sum of won, as it stands in a journal line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    pub const ZERO: Self = Self(0);

    pub const fn won(won: i64) -> Self {
        Self(won)
    }

    pub const fn as_won(self) -> i64 {
        self.0
    }

    /// `None` where the sum does not fit 64 bits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// `None` where the sum does not fit 64 bits.
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} won", self.0)
    }
}

/// A sum to be moved or asked for: at least 1 won, at most [`Amount::MAX`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Amount(i64);

/// Why a number is no [`Amount`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidAmount {
    #[error("must be at least 1 won, was {0}")]
    TooSmall(i64),
    #[error("must be at most {max} won, was {0}", max = Amount::MAX.as_won())]
    TooLarge(i64),
}

impl Amount {
    /// A trillion won: far above any order, far below where sums of sums could overflow 64 bits.
    pub const MAX: Self = Self(1_000_000_000_000);

    pub const fn new(won: i64) -> Result<Self, InvalidAmount> {
        if won < 1 {
            Err(InvalidAmount::TooSmall(won))
        } else if won > Self::MAX.0 {
            Err(InvalidAmount::TooLarge(won))
        } else {
            Ok(Self(won))
        }
    }

    pub const fn as_won(self) -> i64 {
        self.0
    }

    /// The sum of several; an error where it is none (no amounts) or above [`Amount::MAX`].
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, InvalidAmount> {
        // Saturation is above MAX, so an overflow is reported as too large, not wrapped.
        Self::new(amounts.into_iter().fold(0_i64, |total, amount| total.saturating_add(amount.0)))
    }
}

impl From<Amount> for Money {
    fn from(amount: Amount) -> Self {
        Self(amount.0)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} won", self.0)
    }
}

/// What a wallet holds: never below zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Balance(i64);

impl Balance {
    pub const ZERO: Self = Self(0);

    /// `None` below zero.
    pub const fn new(won: i64) -> Option<Self> {
        if won < 0 { None } else { Some(Self(won)) }
    }

    pub const fn as_won(self) -> i64 {
        self.0
    }

    /// `None` where the result does not fit 64 bits.
    pub fn deposit(self, amount: Amount) -> Option<Self> {
        self.0.checked_add(amount.0).map(Self)
    }

    /// `None` where the balance is too small.
    pub fn withdraw(self, amount: Amount) -> Option<Self> {
        Self::new(self.0.checked_sub(amount.0)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_withdrawal_never_leaves_less_than_nothing(balance in 0..i64::MAX, amount in 1..=Amount::MAX.as_won()) {
            let before = Balance::new(balance).unwrap();
            let amount = Amount::new(amount).unwrap();
            match before.withdraw(amount) {
                Some(after) => prop_assert_eq!(after.as_won() + amount.as_won(), balance),
                None => prop_assert!(balance < amount.as_won()),
            }
        }

        #[test]
        fn a_sum_is_exact_or_refused(amounts in proptest::collection::vec(1..=Amount::MAX.as_won(), 0..40)) {
            let exact: i128 = amounts.iter().map(|won| i128::from(*won)).sum();
            let summed = Amount::sum(amounts.into_iter().map(|won| Amount::new(won).unwrap()));
            match summed {
                Ok(total) => prop_assert_eq!(i128::from(total.as_won()), exact),
                Err(_) => prop_assert!(exact < 1 || exact > i128::from(Amount::MAX.as_won())),
            }
        }
    }

    #[test]
    fn an_amount_is_at_least_one_won_and_at_most_a_trillion() {
        assert_eq!(Amount::new(0), Err(InvalidAmount::TooSmall(0)));
        assert_eq!(Amount::new(-5), Err(InvalidAmount::TooSmall(-5)));
        assert_eq!(Amount::new(1).map(Amount::as_won), Ok(1));
        assert_eq!(Amount::new(Amount::MAX.as_won()), Ok(Amount::MAX));
        assert_eq!(Amount::new(1_000_000_000_001), Err(InvalidAmount::TooLarge(1_000_000_000_001)));
    }
}
