use async_trait::async_trait;

use super::{MemoryBoxOffice, StockedSeat};
use crate::adapters::memory::lock;
use crate::reservation::{Inventory, InventorySeat, SaleTerms, SeatReport};
use crate::shared::ScheduleId;

#[async_trait]
impl Inventory for MemoryBoxOffice {
    async fn publish(&self, terms: SaleTerms, seats: Vec<InventorySeat>) -> anyhow::Result<()> {
        let mut stock = lock(&self.stock);
        let schedule_id = terms.schedule_id;
        if stock.sales.contains_key(&schedule_id) {
            return Ok(());
        }
        stock.version += 1;
        let changed_in = stock.version;
        stock.sales.insert(schedule_id, terms);
        stock
            .seats
            .extend(seats.into_iter().map(|seat| (seat.id, StockedSeat { schedule_id, seat, changed_in })));
        Ok(())
    }

    async fn changes(&self, schedule: ScheduleId, version: i64) -> anyhow::Result<Option<SeatReport>> {
        let stock = lock(&self.stock);
        if !stock.sales.contains_key(&schedule) {
            return Ok(None);
        }
        let newer =
            stock.seats.values().filter(|seat| seat.schedule_id == schedule && seat.changed_in > version);
        let changes = newer.map(|seat| (seat.seat.id, seat.seat.state)).collect();
        Ok(Some(SeatReport { version: stock.version, now: self.clock.now(), changes }))
    }
}
