use std::time::Duration;

use contracts::reservation::{
    NewReservationBody, PaymentBody, PaymentStatus, ReservationBody, ReservationsBody,
};
use reqwest::Method;
use reqwest::header::HeaderValue;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::{Refusal, V1, keyed};

/// A payment that is still under way is looked at this often, so many times: 3 s in all, which is longer than a peer
/// that answers its second attempt takes.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const LOOKS: u32 = 12;

impl V1 {
    pub async fn hold(
        &self,
        pass: &str,
        schedule_id: Uuid,
        seat: Uuid,
        key: Option<&HeaderValue>,
    ) -> Result<ReservationBody, Refusal> {
        let body = NewReservationBody { schedule_id, seat_ids: vec![seat] };
        let request = self.request(Method::POST, &self.peers.reservation, "/v1/reservations");
        self.answer(keyed(request.bearer_auth(pass), key).json(&body)).await
    }

    pub async fn reservation(&self, bearer: &str, id: Uuid) -> Result<ReservationBody, Refusal> {
        let path = format!("/v1/reservations/{id}");
        self.answer(self.request(Method::GET, &self.peers.reservation, &path).bearer_auth(bearer)).await
    }

    /// The bearer's latest reservation of this seat.
    pub async fn reservation_of_seat(
        &self,
        bearer: &str,
        schedule: Uuid,
        seat: Uuid,
    ) -> Result<ReservationBody, Refusal> {
        let mut cursor: Option<String> = None;
        loop {
            let request = self.request(Method::GET, &self.peers.reservation, "/v1/reservations");
            let request = match &cursor {
                Some(cursor) => request.query(&[("cursor", cursor)]),
                None => request,
            };
            let page: ReservationsBody = self.answer(request.bearer_auth(bearer)).await?;
            let found = page.reservations.into_iter().find(|reservation| {
                reservation.schedule_id == schedule && reservation.seats.iter().any(|one| one.seat_id == seat)
            });
            match (found, page.next_cursor) {
                (Some(reservation), _) => return Ok(reservation),
                (None, Some(next)) => cursor = Some(next),
                (None, None) => return Err(Refusal::not_found()),
            }
        }
    }

    /// Pays; a payment whose wallet is slow is waited for a little.
    pub async fn pay(
        &self,
        pass: &str,
        reservation: Uuid,
        key: Option<&HeaderValue>,
    ) -> Result<PaymentBody, Refusal> {
        let path = format!("/v1/reservations/{reservation}/payments");
        let request = self.request(Method::POST, &self.peers.reservation, &path).bearer_auth(pass);
        let mut payment: PaymentBody = self.answer(keyed(request, key)).await?;
        let mut glance = interval(LOOK_EVERY);
        glance.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for _ in 0..LOOKS {
            if payment.status != PaymentStatus::Processing {
                break;
            }
            glance.tick().await;
            match self.payment(pass, payment.payment_id).await {
                Ok(seen) => payment = seen,
                // It goes on all the same; what v1 said last is the truth that there is.
                Err(_) => break,
            }
        }
        Ok(payment)
    }

    async fn payment(&self, bearer: &str, id: Uuid) -> Result<PaymentBody, Refusal> {
        let path = format!("/v1/payments/{id}");
        self.answer(self.request(Method::GET, &self.peers.reservation, &path).bearer_auth(bearer)).await
    }
}
