use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use domain::concert::{Inventory, InventoryPlan, SeatChanges, SeatStatus};
use domain::reservation::{InventorySeat, SaleTerms, SeatReport, SeatState};
use domain::shared::ScheduleId;

use super::Peer;
use crate::faults::Step;
use crate::services::ReservationApp;

const RESERVATION: &str = "reservation-service";

/// reservation-service, as the catalogue sees it.
pub struct InventoryPeer(pub Peer);

#[async_trait]
impl Inventory for InventoryPeer {
    async fn publish(&self, plan: &InventoryPlan) -> anyhow::Result<()> {
        let (terms, seats) = stock(plan);
        let publish = move |reservation: Arc<ReservationApp>| {
            let (terms, seats) = (terms.clone(), seats.clone());
            async move { reservation.inventory.publish(terms, seats).await }
        };
        let published = self.0.ask(Step::AskPublish, publish).await;
        published.map_err(|unanswered| unanswered.error(RESERVATION))
    }

    async fn changes(&self, schedule: ScheduleId, version: i64) -> anyhow::Result<SeatChanges> {
        let changes = move |reservation: Arc<ReservationApp>| async move {
            reservation.inventory.changes(schedule, version).await
        };
        let report = self.0.ask(Step::AskChanges, changes).await;
        let report = report.map_err(|unanswered| unanswered.error(RESERVATION))?;
        Ok(seen(report.context("this performance is not on sale")?))
    }
}

/// The terms and the stock, every seat available.
fn stock(plan: &InventoryPlan) -> (SaleTerms, Vec<InventorySeat>) {
    let terms = SaleTerms {
        schedule_id: plan.schedule.id,
        concert_id: plan.schedule.concert_id,
        queue_id: plan.queue_id,
        starts_at: plan.schedule.starts_at,
        sales_open_at: plan.sales.opens_at(),
        sales_close_at: plan.sales.closes_at(),
    };
    let seats = plan.seats.iter().map(|seat| InventorySeat {
        id: seat.id,
        number: seat.number,
        section: seat.section.clone(),
        row: seat.row,
        price: seat.price,
        state: SeatState::Available,
    });
    (terms, seats.collect())
}

/// What a fan sees of a seat's state.
pub fn seat_status(state: SeatState) -> SeatStatus {
    match state {
        SeatState::Available => SeatStatus::Available,
        SeatState::Held { by: _, until } => SeatStatus::Held { until },
        SeatState::Sold { to: _ } => SeatStatus::Sold,
        SeatState::Blocked => SeatStatus::Blocked,
    }
}

fn seen(report: SeatReport) -> SeatChanges {
    let changes = report.changes.into_iter().map(|(seat, state)| (seat, seat_status(state))).collect();
    SeatChanges { version: report.version, now: report.now, changes }
}
