use async_trait::async_trait;
use domain::reservation::{Payment, Reservation, Reservations, Seen, Ticket};
use domain::shared::{Page, PageRequest, PaymentId, ReservationId, UserId};

use super::Guarded;
use crate::faults::Step;

#[async_trait]
impl Reservations for Guarded<dyn Reservations> {
    async fn reservation(&self, id: ReservationId) -> anyhow::Result<Option<Seen<Reservation>>> {
        self.gate.enter(Step::FindReservation).await?;
        let found = self.inner.reservation(id).await;
        self.gate.look(Step::FindReservation).await?;
        found
    }

    async fn of_user(&self, user: UserId, page: PageRequest) -> anyhow::Result<Seen<Page<Reservation>>> {
        self.gate.enter(Step::FindReservation).await?;
        let found = self.inner.of_user(user, page).await;
        self.gate.look(Step::FindReservation).await?;
        found
    }

    async fn tickets(&self, reservation: ReservationId) -> anyhow::Result<Vec<Ticket>> {
        self.gate.enter(Step::FindReservation).await?;
        let found = self.inner.tickets(reservation).await;
        self.gate.look(Step::FindReservation).await?;
        found
    }

    async fn payment(&self, id: PaymentId) -> anyhow::Result<Option<Payment>> {
        self.gate.enter(Step::FindReservation).await?;
        let found = self.inner.payment(id).await;
        self.gate.look(Step::FindReservation).await?;
        found
    }
}
