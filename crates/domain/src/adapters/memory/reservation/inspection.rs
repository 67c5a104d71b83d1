use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{MemoryBoxOffice, Stock};
use crate::adapters::memory::lock;
use crate::reservation::{
    Event, Inspected, Inspection, PaymentState, Release, ReleaseError, ReleaseRequest, Releases, Reservation,
    SalesFigures, SeatSought, SeatState, Seen, Sought, decide_release,
};
use crate::shared::{Money, Page, PageRequest, ReservationId, ScheduleId};

impl Stock {
    fn figures(&self, schedule: ScheduleId, now: DateTime<Utc>) -> anyhow::Result<SalesFigures> {
        let mut figures = SalesFigures::default();
        for stocked in self.seats.values().filter(|seat| seat.schedule_id == schedule) {
            *figures.seats.of(stocked.seat.state, now) += 1;
            if matches!(stocked.seat.state, SeatState::Sold { .. }) {
                figures.sold_for = Money::won(figures.sold_for.as_won() + stocked.seat.price.as_won());
            }
        }
        for reservation in self.reservations.values().filter(|found| found.schedule_id == schedule) {
            *figures.reservations.of(reservation.state_at(now)) += 1;
        }
        for leased in self.payments.values() {
            let payment = &leased.payment;
            if self.reservation_of(payment)?.schedule_id != schedule {
                continue;
            }
            *figures.payments.of(payment.state) += 1;
            if matches!(payment.state, PaymentState::Debiting | PaymentState::Voiding) {
                figures.oldest_processing = figures.oldest_processing.max(Some(now - payment.created_at));
            }
        }
        Ok(figures)
    }

    fn inspected(&self, reservation: &Reservation) -> Inspected {
        let payments = self.payments.values().map(|leased| &leased.payment);
        let payments = payments.filter(|payment| payment.reservation_id == reservation.id);
        Inspected {
            reservation: reservation.clone(),
            payment: payments.max_by_key(|payment| (payment.created_at, payment.id)).cloned(),
            release: self.releases.get(&reservation.id).cloned(),
        }
    }
}

impl Sought {
    fn is(&self, reservation: &Reservation, now: DateTime<Utc>) -> bool {
        let has = |seat: SeatSought| {
            reservation.seats.iter().any(|reserved| match seat {
                SeatSought::Id(id) => reserved.id == id,
                SeatSought::Number(number) => reserved.number == number,
            })
        };
        reservation.schedule_id == self.schedule_id
            && self.status.is_none_or(|status| status == reservation.state_at(now).status())
            && self.seat.is_none_or(has)
    }
}

#[async_trait]
impl Inspection for MemoryBoxOffice {
    async fn sales(&self, schedule: ScheduleId) -> anyhow::Result<Option<SalesFigures>> {
        let now = self.clock.now();
        let stock = lock(&self.stock);
        if !stock.sales.contains_key(&schedule) {
            return Ok(None);
        }
        stock.figures(schedule, now).map(Some)
    }

    async fn reservations(
        &self,
        sought: Sought,
        page: PageRequest,
    ) -> anyhow::Result<Option<Seen<Page<Inspected>>>> {
        let now = self.clock.now();
        let stock = lock(&self.stock);
        if !stock.sales.contains_key(&sought.schedule_id) {
            return Ok(None);
        }
        let found = stock.reservations.values().filter(|reservation| sought.is(reservation, now));
        let behind = found.filter(|reservation| page.after.is_none_or(|after| reservation.id.0 > after.0));
        let rows = behind.take(page.limit() + 1).map(|reservation| stock.inspected(reservation)).collect();
        let value = Page::cut(rows, &page, |inspected: &Inspected| inspected.reservation.id.0);
        Ok(Some(Seen { value, now }))
    }

    async fn inspect(&self, id: ReservationId) -> anyhow::Result<Option<Seen<Inspected>>> {
        let now = self.clock.now();
        let stock = lock(&self.stock);
        let found = stock.reservations.get(&id).map(|reservation| stock.inspected(reservation));
        Ok(found.map(|value| Seen { value, now }))
    }
}

#[async_trait]
impl Releases for MemoryBoxOffice {
    async fn release(&self, request: ReleaseRequest) -> Result<Option<Event>, ReleaseError> {
        let now = self.clock.now();
        let mut stock = lock(&self.stock);
        let ReleaseRequest { release_id, reservation_id, operator, reason } = request;
        let found = stock.reservations.get(&reservation_id).cloned();
        let reservation = found.ok_or(ReleaseError::NoSuchReservation)?;
        if stock.releases.get(&reservation_id).is_some_and(|known| known.id == release_id) {
            return Ok(None);
        }
        decide_release(&reservation, now)?;
        let release = Release { id: release_id, reservation_id, reason, by: operator, at: now };
        stock.releases.insert(reservation_id, release);
        Ok(self.end_hold(&mut stock, reservation, now))
    }
}
