//! A payment as the wallet sees it: money taken once under a payment's id, or never.
//!
//! Every answer but "taken" is final too: a payment that was declined or voided leaves a tombstone, so that a
//! debit that arrives late, or twice, takes nothing.

use crate::shared::{Amount, Balance, PaymentId, UserId};

/// What the reservation side asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DebitRequest {
    pub payment_id: PaymentId,
    pub user_id: UserId,
    pub amount: Amount,
}

/// The wallet's record of one payment id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Debit {
    pub payment_id: PaymentId,
    pub state: DebitState,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DebitState {
    /// The money was taken; `balance_after` is what the first answer said and every repetition says.
    Captured { user_id: UserId, amount: Amount, balance_after: Balance },
    /// The balance was too small; nothing was taken and nothing ever will be under this id.
    Declined { user_id: UserId, amount: Amount, balance: Balance },
    /// Given up before any money was taken; nothing ever will be under this id.
    Voided,
    /// Taken and given back.
    Refunded { user_id: UserId, amount: Amount, balance_after: Balance },
}

/// What a debit answers; repeating the call repeats the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DebitAnswer {
    Captured {
        balance: Balance,
    },
    Insufficient {
        balance: Balance,
        required: Amount,
    },
    /// The id was voided or refunded before: nothing is taken.
    Voided,
}

/// What a void answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VoidAnswer {
    /// No money was and none will be taken.
    Voided,
    /// Too late: the money was taken. The payment goes forward, or is refunded.
    AlreadyCaptured { balance: Balance },
}

/// What a refund answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefundAnswer {
    Refunded {
        balance: Balance,
    },
    /// Nothing was taken under this id, so there is nothing to give back.
    NothingCaptured,
}

impl Debit {
    /// Decides a debit: what was recorded before stands; else the balance decides.
    ///
    /// The second part is the new record and the new balance, where there is something to write.
    pub fn decide(
        recorded: Option<Self>,
        request: &DebitRequest,
        balance: Balance,
    ) -> (DebitAnswer, Option<(Self, Balance)>) {
        if let Some(debit) = recorded {
            return (debit.answer(), None);
        }
        let DebitRequest { payment_id, user_id, amount } = *request;
        match balance.withdraw(amount) {
            Some(balance_after) => {
                let state = DebitState::Captured { user_id, amount, balance_after };
                (
                    DebitAnswer::Captured { balance: balance_after },
                    Some((Self { payment_id, state }, balance_after)),
                )
            }
            None => {
                let state = DebitState::Declined { user_id, amount, balance };
                (
                    DebitAnswer::Insufficient { balance, required: amount },
                    Some((Self { payment_id, state }, balance)),
                )
            }
        }
    }

    /// The answer that this record gives to every repetition of the debit.
    pub fn answer(&self) -> DebitAnswer {
        match self.state {
            DebitState::Captured { balance_after, .. } => DebitAnswer::Captured { balance: balance_after },
            DebitState::Declined { balance, amount, .. } => {
                DebitAnswer::Insufficient { balance, required: amount }
            }
            DebitState::Voided | DebitState::Refunded { .. } => DebitAnswer::Voided,
        }
    }

    /// Decides a void. The second part is the tombstone to write, where there is none yet.
    pub fn void(recorded: Option<Self>, payment_id: PaymentId) -> (VoidAnswer, Option<Self>) {
        match recorded.map(|debit| debit.state) {
            None => (VoidAnswer::Voided, Some(Self { payment_id, state: DebitState::Voided })),
            Some(DebitState::Captured { balance_after, .. }) => {
                (VoidAnswer::AlreadyCaptured { balance: balance_after }, None)
            }
            Some(DebitState::Declined { .. } | DebitState::Voided | DebitState::Refunded { .. }) => {
                (VoidAnswer::Voided, None)
            }
        }
    }

    /// Decides a refund of the whole amount, given what the wallet holds now.
    ///
    /// The second part is the new record and the new balance, where there is something to write.
    pub fn refund(recorded: Option<Self>, balance: Balance) -> (RefundAnswer, Option<(Self, Balance)>) {
        let Some(debit) = recorded else { return (RefundAnswer::NothingCaptured, None) };
        match debit.state {
            DebitState::Captured { user_id, amount, .. } => {
                // Money that was in this wallet before fits into it again.
                let balance_after = balance.deposit(amount).unwrap_or(balance);
                let state = DebitState::Refunded { user_id, amount, balance_after };
                let refunded = Self { payment_id: debit.payment_id, state };
                (RefundAnswer::Refunded { balance: balance_after }, Some((refunded, balance_after)))
            }
            DebitState::Refunded { balance_after, .. } => {
                (RefundAnswer::Refunded { balance: balance_after }, None)
            }
            DebitState::Declined { .. } | DebitState::Voided => (RefundAnswer::NothingCaptured, None),
        }
    }
}
