use async_trait::async_trait;

use super::MemoryBoxOffice;
use crate::adapters::memory::lock;
use crate::reservation::{Payment, Reservation, Reservations, Seen, Ticket};
use crate::shared::{Page, PageRequest, PaymentId, ReservationId, UserId};

#[async_trait]
impl Reservations for MemoryBoxOffice {
    async fn reservation(&self, id: ReservationId) -> anyhow::Result<Option<Seen<Reservation>>> {
        let found = lock(&self.stock).reservations.get(&id).cloned();
        Ok(found.map(|value| Seen { value, now: self.clock.now() }))
    }

    async fn of_user(&self, user: UserId, page: PageRequest) -> anyhow::Result<Seen<Page<Reservation>>> {
        let stock = lock(&self.stock);
        let mut rows: Vec<_> =
            stock.reservations.values().filter(|reservation| reservation.user_id == user).collect();
        rows.sort_by_key(|reservation| std::cmp::Reverse(reservation.id));
        let behind =
            rows.into_iter().filter(|reservation| page.after.is_none_or(|after| reservation.id.0 < after.0));
        let rows = behind.take(page.limit() + 1).cloned().collect();
        Ok(Seen { value: Page::cut(rows, &page, |reservation| reservation.id.0), now: self.clock.now() })
    }

    async fn tickets(&self, reservation: ReservationId) -> anyhow::Result<Vec<Ticket>> {
        Ok(lock(&self.stock).tickets.get(&reservation).cloned().unwrap_or_default())
    }

    async fn payment(&self, id: PaymentId) -> anyhow::Result<Option<Payment>> {
        Ok(lock(&self.stock).payments.get(&id).map(|leased| leased.payment.clone()))
    }
}
