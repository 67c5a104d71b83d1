use std::time::Duration;

use contracts::reservation::{
    NewReservationBody, PaymentBody, PaymentStatus, ReservationBody, ReservationsBody,
};
use reqwest::Method;
use reqwest::header::HeaderValue;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{Refusal, V1, keyed};

/// A payment that is still under way is waited for so long, which is longer than a peer that answers its second attempt
/// takes.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The longest page there is, and how many of them are looked through for a seat: a fan may have taken and released
/// very many, and the one that can be paid is among the latest.
const PAGE: &str = "100";
const PAGES: u32 = 5;

impl V1 {
    pub async fn hold(
        &self,
        pass: &str,
        schedule_id: Uuid,
        seat: Uuid,
        key: Option<&HeaderValue>,
    ) -> Result<ReservationBody, Refusal> {
        let body = NewReservationBody::of_seats(schedule_id, vec![seat]);
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
        for _ in 0..PAGES {
            let request = self.request(Method::GET, &self.peers.reservation, "/v1/reservations");
            let request = request.query(&[("limit", PAGE)]);
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
                (None, None) => break,
            }
        }
        Err(Refusal::not_found())
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
        let payment: PaymentBody = self.answer(keyed(request, key)).await?;
        if payment.status != PaymentStatus::Processing {
            return Ok(payment);
        }
        // It goes on all the same; where nothing more is to be learnt, what v1 said first is the truth that there is.
        Ok(timeout(PATIENCE, self.ended(pass, payment.payment_id)).await.ok().flatten().unwrap_or(payment))
    }

    async fn ended(&self, bearer: &str, id: Uuid) -> Option<PaymentBody> {
        loop {
            sleep(LOOK_EVERY).await;
            let payment = self.payment(bearer, id).await.ok()?;
            if payment.status != PaymentStatus::Processing {
                return Some(payment);
            }
        }
    }

    /// What v1 would have said to a payment that was declined only after it had gone on by itself: nothing was taken,
    /// and the seats are held until their time.
    pub async fn why_declined(&self, bearer: &str, payment: &PaymentBody) -> Refusal {
        let reservation = match self.reservation(bearer, payment.reservation_id).await {
            Ok(reservation) => reservation,
            Err(refusal) => return refusal,
        };
        match reservation.status.as_str() {
            "held" => Refusal::insufficient_balance(),
            _ => Refusal::hold_expired(),
        }
    }

    async fn payment(&self, bearer: &str, id: Uuid) -> Result<PaymentBody, Refusal> {
        let path = format!("/v1/payments/{id}");
        self.answer(self.request(Method::GET, &self.peers.reservation, &path).bearer_auth(bearer)).await
    }
}
