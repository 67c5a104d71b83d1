use async_trait::async_trait;
use domain::reservation::{HoldError, HoldRequest, Holds, Reservation, Seen};

use super::Guarded;
use crate::faults::Step;
use crate::guarantees::holds;
use crate::world::number;

#[async_trait]
impl Holds for Guarded<dyn Holds> {
    async fn place(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError> {
        self.gate.enter(Step::PlaceHold).await?;
        let world = &self.gate.world;
        let known =
            world.stores.box_office.inspect(|stock| stock.reservations.get(&request.reservation_id).cloned());
        let placed = self.inner.place(request.clone()).await;
        holds::placed(world, known.as_ref(), &request, &placed);
        world.note("hold", [number(request.reservation_id.0), u64::from(placed.is_ok())], placed.is_ok());
        self.gate.leave(Step::PlaceHold).await?;
        placed
    }

    async fn sweep_lapsed(&self, limit: usize) -> anyhow::Result<usize> {
        self.gate.enter(Step::SweepLapsed).await?;
        let swept = self.inner.sweep_lapsed(limit).await;
        self.gate.leave_job(Step::SweepLapsed, !matches!(swept, Ok(0))).await?;
        swept
    }
}
