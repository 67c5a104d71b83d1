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

use super::{BeginPayment, PayError, Reservation, ReservationState};
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
    Taken {
        balance: Balance,
    },
    Insufficient {
        balance: Balance,
    },
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
            Self::Captured { .. } | Self::Declined { .. } | Self::Voided | Self::Refunded { .. } => {
                SagaStep::Rest
            }
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
        self.state == PaymentState::Debiting
            && now - self.created_at >= TimeDelta::seconds(Self::GIVE_UP_AFTER_SECONDS)
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

/// What a store writes after an answer, all in one transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conclusion {
    pub payment: Payment,
    pub reservation: Reservation,
    pub seats: SeatsEffect,
}

/// What becomes of the reservation's seats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeatsEffect {
    /// Sold, with a ticket for each; the pass is finished.
    Sell,
    /// Held again, to lapse at the given time.
    HoldUntil(DateTime<Utc>),
    /// Available, those that are still this reservation's.
    Free,
    Keep,
}

impl Conclusion {
    /// Decides over the locked payment, reservation and seats; `seats_are_ours` says whether every seat is still
    /// taken for this reservation.
    pub fn of(settlement: Settlement, reservation: Reservation, seats_are_ours: bool) -> Self {
        let Settlement { payment, effect } = settlement;
        let payment_id = payment.id;
        let (payment, state, seats) = match effect {
            ReservationEffect::Nothing => (payment, reservation.state, SeatsEffect::Keep),
            ReservationEffect::BackToHeld if seats_are_ours => {
                (payment, ReservationState::Held, SeatsEffect::HoldUntil(reservation.held_until))
            }
            // There is nothing to hold any more, and whose the seats are now is no business of this reservation.
            ReservationEffect::BackToHeld => (payment, ReservationState::Expired, SeatsEffect::Free),
            ReservationEffect::Sell if seats_are_ours => {
                (payment, ReservationState::Confirmed { payment_id }, SeatsEffect::Sell)
            }
            ReservationEffect::Sell => {
                (payment.refund_instead(), ReservationState::Cancelled { payment_id }, SeatsEffect::Free)
            }
        };
        Self { payment, reservation: Reservation { state, ..reservation }, seats }
    }
}

/// What beginning a payment comes to, over the locked reservation and seats.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Beginning {
    /// A new payment; the reservation is being paid, and its seats do not lapse.
    Start(Payment),
    /// There is one already.
    Underway(PaymentId),
}

/// Decides at `now` of the store's clock; `seats_are_ours` says whether every seat is still held for the
/// reservation at that time.
pub fn decide_begin(
    reservation: &Reservation,
    seats_are_ours: bool,
    begin: &BeginPayment,
    now: DateTime<Utc>,
) -> Result<Beginning, PayError> {
    match reservation.state_at(now) {
        ReservationState::Held if seats_are_ours => Ok(Beginning::Start(Payment {
            id: begin.payment_id,
            reservation_id: reservation.id,
            user_id: reservation.user_id,
            pass_id: begin.pass_id,
            amount: reservation.amount,
            created_at: now,
            fence: Payment::FIRST_FENCE,
            state: PaymentState::Debiting,
        })),
        ReservationState::Held => Err(PayError::NotHeld { status: ReservationState::Expired.word() }),
        ReservationState::Paying { payment_id } | ReservationState::Confirmed { payment_id } => {
            Ok(Beginning::Underway(payment_id))
        }
        state @ (ReservationState::Released
        | ReservationState::Expired
        | ReservationState::Cancelled { .. }) => Err(PayError::NotHeld { status: state.word() }),
    }
}

#[cfg(test)]
mod tests;
