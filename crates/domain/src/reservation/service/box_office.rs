use std::sync::Arc;

use crate::reservation::{
    HoldError, HoldRequest, Holds, Payment, Reservation, Reservations, SeatWish, Seen, Ticket,
};
use crate::shared::{EntryId, Page, PageRequest, PaymentId, QueueId, ReservationId, ScheduleId, UserId};

/// Holding seats and looking reservations up.
#[derive(Clone)]
pub struct BoxOffice {
    holds: Arc<dyn Holds>,
    reservations: Arc<dyn Reservations>,
    policy: HoldPolicy,
}

/// The limits of a hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HoldPolicy {
    pub hold_ttl_seconds: u32,
    /// Live or sold seats that one fan may have of one performance.
    pub max_seats_per_user: u32,
}

/// Seats that an admitted fan wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeatsWanted {
    pub reservation_id: ReservationId,
    pub schedule_id: ScheduleId,
    pub seats: SeatWish,
    pub user_id: UserId,
    pub pass_id: EntryId,
    pub queue_id: QueueId,
}

#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// Not there, or another fan's: the two look the same from outside.
    #[error("there is no such {0}")]
    NoSuchThing(&'static str),
    #[error(transparent)]
    Unexpected(#[from] anyhow::Error),
}

impl BoxOffice {
    pub fn new(holds: Arc<dyn Holds>, reservations: Arc<dyn Reservations>, policy: HoldPolicy) -> Self {
        Self { holds, reservations, policy }
    }

    /// Live or sold seats that one fan may have of one performance.
    pub fn max_seats_per_user(&self) -> u32 {
        self.policy.max_seats_per_user
    }

    /// Holds all the seats or none. The same reservation id again answers with what it led to the first time.
    pub async fn hold(&self, wanted: SeatsWanted) -> Result<Seen<Reservation>, HoldError> {
        let SeatsWanted { reservation_id, schedule_id, mut seats, user_id, pass_id, queue_id } = wanted;
        match &mut seats {
            SeatWish::These(named) => {
                named.sort_unstable();
                named.dedup();
            }
            SeatWish::BestAvailable(_) => {}
        }
        let HoldPolicy { hold_ttl_seconds, max_seats_per_user } = self.policy;
        let request = HoldRequest {
            reservation_id,
            schedule_id,
            user_id,
            pass_id,
            queue_id,
            seats,
            hold_ttl_seconds,
            max_seats_per_user,
        };
        self.holds.place(request).await
    }

    /// Ends holds that have lapsed, up to `limit`; returns how many.
    pub async fn sweep_lapsed(&self, limit: usize) -> anyhow::Result<usize> {
        self.holds.sweep_lapsed(limit).await
    }

    pub async fn reservation(
        &self,
        id: ReservationId,
        user: UserId,
    ) -> Result<Seen<Reservation>, LookupError> {
        let found = self.reservations.reservation(id).await?;
        found.filter(|seen| seen.value.user_id == user).ok_or(LookupError::NoSuchThing("reservation"))
    }

    /// A fan's reservations, newest first.
    pub async fn reservations(
        &self,
        user: UserId,
        page: PageRequest,
    ) -> Result<Seen<Page<Reservation>>, LookupError> {
        Ok(self.reservations.of_user(user, page).await?)
    }

    /// The tickets of a confirmed reservation; none before.
    pub async fn tickets(&self, id: ReservationId, user: UserId) -> Result<Vec<Ticket>, LookupError> {
        self.reservation(id, user).await?;
        Ok(self.reservations.tickets(id).await?)
    }

    pub async fn payment(&self, id: PaymentId, user: UserId) -> Result<Payment, LookupError> {
        let found = self.reservations.payment(id).await?;
        found.filter(|payment| payment.user_id == user).ok_or(LookupError::NoSuchThing("payment"))
    }
}
