use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::reservation::{Payment, PaymentState};
use domain::shared::{Amount, Balance, EntryId, PaymentId, ReservationId, UserId};
use uuid::Uuid;

use crate::outbound::postgres::schema::payments;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = payments)]
pub struct PaymentRow {
    pub payment_id: Uuid,
    pub reservation_id: Uuid,
    pub user_id: Uuid,
    pub pass_id: Uuid,
    pub amount: i64,
    pub state: String,
    pub balance: Option<i64>,
    pub ended_at: Option<DateTime<Utc>>,
    pub fence: i64,
    pub lease_until: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

impl PaymentRow {
    pub fn of(payment: &Payment, lease_until: DateTime<Utc>) -> Self {
        let (state, balance, ended_at) = match payment.state {
            PaymentState::Debiting => ("debiting", None, None),
            PaymentState::Voiding => ("voiding", None, None),
            PaymentState::Captured { at, balance } => ("captured", Some(balance), Some(at)),
            PaymentState::Declined { balance } => ("declined", Some(balance), None),
            PaymentState::Voided => ("voided", None, None),
            PaymentState::Refunding => ("refunding", None, None),
            PaymentState::Refunded { at } => ("refunded", None, Some(at)),
        };
        Self {
            payment_id: payment.id.0,
            reservation_id: payment.reservation_id.0,
            user_id: payment.user_id.0,
            pass_id: payment.pass_id.0,
            amount: payment.amount.as_won(),
            state: state.to_owned(),
            balance: balance.map(Balance::as_won),
            ended_at,
            fence: payment.fence,
            lease_until,
            created_at: payment.created_at,
        }
    }

    pub fn payment(self) -> anyhow::Result<Payment> {
        let row = self.payment_id;
        let balance = match self.balance {
            Some(won) => {
                Some(Balance::new(won).with_context(|| format!("payments.balance of {row} is negative"))?)
            }
            None => None,
        };
        let state = match (self.state.as_str(), balance, self.ended_at) {
            ("debiting", None, None) => PaymentState::Debiting,
            ("voiding", None, None) => PaymentState::Voiding,
            ("captured", Some(balance), Some(at)) => PaymentState::Captured { at, balance },
            ("declined", Some(balance), None) => PaymentState::Declined { balance },
            ("voided", None, None) => PaymentState::Voided,
            ("refunding", None, None) => PaymentState::Refunding,
            ("refunded", None, Some(at)) => PaymentState::Refunded { at },
            (state, ..) => {
                bail!("payments.state of {row} is {state:?}, which does not fit its other columns")
            }
        };
        Ok(Payment {
            id: PaymentId(row),
            reservation_id: ReservationId(self.reservation_id),
            user_id: UserId(self.user_id),
            pass_id: EntryId(self.pass_id),
            amount: Amount::new(self.amount).with_context(|| format!("payments.amount of {row}"))?,
            created_at: self.created_at,
            fence: self.fence,
            state,
        })
    }
}
