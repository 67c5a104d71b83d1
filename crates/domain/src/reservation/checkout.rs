//! The checkout saga as a pure state machine.
//!
//! | state       | asks the wallet to   | on the answer                | reservation becomes       |
//! |-------------|----------------------|------------------------------|---------------------------|
//! | `Debiting`  | debit (+)            | taken → `Captured`           | confirmed, seats sold     |
//! |             |                      | too little → `Declined`      | held until its time       |
//! |             |                      | voided before → `Voided`     | held until its time       |
//! |             |                      | never sent → `Voided`        | held until its time       |
//! | `Voiding`   | void (−)             | nothing taken → `Voided`     | held until its time       |
//! |             |                      | too late → `Captured`        | confirmed, seats sold     |
//! | `Captured`  | –                    | (the fan cancels → `Refunding`) | cancelled, seats free  |
//! | `Refunding` | refund (−)           | → `Refunded`                 | stays cancelled           |
//!
//! It only moves forward; `Captured`, `Declined`, `Voided` and `Refunded` absorb every late or repeated answer.
//! An answer that is lost means *unknown*: the same question is asked again under the same payment id.

use chrono::{DateTime, TimeDelta, Utc};

use crate::shared::{Amount, Balance, EntryId, PaymentId, ReservationId, UserId};

/// One attempt at paying a reservation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payment {
    pub id: PaymentId,
    pub reservation_id: ReservationId,
    pub user_id: UserId,
    /// The pass to finish once the seats are sold.
    pub pass_id: EntryId,
    pub amount: Amount,
    pub created_at: DateTime<Utc>,
    /// Counts the drivers this saga has had. Only the present one may write (a stalled one that wakes up may not).
    pub fence: i64,
    pub state: PaymentState,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PaymentState {
    Debiting,
    Voiding,
    Captured { at: DateTime<Utc>, balance: Balance },
    Declined { balance: Balance },
    Voided,
    Refunding,
    Refunded { at: DateTime<Utc> },
}

/// What to ask the wallet next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SagaStep {
    Debit,
    Void,
    Refund,
    /// The saga has come to rest.
    Rest,
}

/// What the wallet has said, or what is known of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WalletAnswer {
    Taken { balance: Balance },
    Insufficient { balance: Balance },
    /// Nothing is and nothing will be taken under this id.
    Voided,
    Refunded,
    /// The question has certainly not reached the wallet, now or ever before.
    NeverSent,
    /// Nobody has answered for too long: stop trying to take the money.
    GivenUp,
}

/// What becomes of the reservation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReservationEffect {
    /// Confirmed; its seats are sold, tickets issued, the pass to be finished.
    Sell,
    /// Held again until its own time, which may have passed.
    BackToHeld,
    Nothing,
}

/// The payment after an answer, and what it does to the reservation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settlement {
    pub payment: Payment,
    pub effect: ReservationEffect,
}

impl PaymentState {
    /// Whether nothing is left to ask. `Captured` rests too, until the fan cancels.
    pub const fn rests(self) -> bool {
        matches!(self.step(), SagaStep::Rest)
    }

    pub const fn step(self) -> SagaStep {
        match self {
            Self::Debiting => SagaStep::Debit,
            Self::Voiding => SagaStep::Void,
            Self::Refunding => SagaStep::Refund,
            Self::Captured { .. } | Self::Declined { .. } | Self::Voided | Self::Refunded { .. } => SagaStep::Rest,
        }
    }
}

impl Payment {
    /// The fence of the request that began the payment; every driver after it has a higher one.
    pub const FIRST_FENCE: i64 = 1;

    /// A payment that has had no answer for this long is given up, so that every saga ends within 30 s of the last
    /// fault (GUARANTEES, 10) and the seats are not kept for nobody.
    pub const GIVE_UP_AFTER_SECONDS: i64 = 20;

    /// Whether to stop trying to take the money, by the store's clock.
    pub fn should_give_up(&self, now: DateTime<Utc>) -> bool {
        self.state == PaymentState::Debiting && now - self.created_at >= TimeDelta::seconds(Self::GIVE_UP_AFTER_SECONDS)
    }

    /// The saga's transition. Answers that do not fit the state, late and repeated ones, change nothing.
    #[must_use]
    pub fn settle(self, answer: WalletAnswer, now: DateTime<Utc>) -> Settlement {
        use PaymentState::{Captured, Debiting, Declined, Refunded, Refunding, Voided, Voiding};
        let (state, effect) = match (self.state, answer) {
            (Debiting | Voiding, WalletAnswer::Taken { balance }) => {
                (Captured { at: now, balance }, ReservationEffect::Sell)
            }
            (Debiting, WalletAnswer::Insufficient { balance }) => {
                (Declined { balance }, ReservationEffect::BackToHeld)
            }
            (Debiting | Voiding, WalletAnswer::Voided) | (Debiting, WalletAnswer::NeverSent) => {
                (Voided, ReservationEffect::BackToHeld)
            }
            (Debiting, WalletAnswer::GivenUp) => (Voiding, ReservationEffect::Nothing),
            (Refunding, WalletAnswer::Refunded) => (Refunded { at: now }, ReservationEffect::Nothing),
            (
                Debiting | Voiding | Captured { .. } | Declined { .. } | Voided | Refunding | Refunded { .. },
                WalletAnswer::Taken { .. }
                | WalletAnswer::Insufficient { .. }
                | WalletAnswer::Voided
                | WalletAnswer::Refunded
                | WalletAnswer::NeverSent
                | WalletAnswer::GivenUp,
            ) => (self.state, ReservationEffect::Nothing),
        };
        Settlement { payment: Self { state, ..self }, effect }
    }

    /// The seats turned out not to be ours although the money was taken: it goes back by itself (GUARANTEES, 8).
    #[must_use]
    pub fn refund_instead(self) -> Self {
        match self.state {
            PaymentState::Captured { .. } => Self { state: PaymentState::Refunding, ..self },
            PaymentState::Debiting
            | PaymentState::Voiding
            | PaymentState::Declined { .. }
            | PaymentState::Voided
            | PaymentState::Refunding
            | PaymentState::Refunded { .. } => self,
        }
    }
}

#[cfg(test)]
mod tests;
