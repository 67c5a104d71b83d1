//! What concert-service asks of reservation-service.

use chrono::{DateTime, Utc};
use domain::concert::{self, SeatStatus};
use domain::reservation::{InventorySeat, SaleTerms, SeatReport, SeatState};
use domain::shared::{Amount, ConcertId, QueueId, ScheduleId, SeatId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Invalid;

/// `PUT /internal/v1/inventories/{scheduleId}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InventoryBody {
    pub concert_id: Uuid,
    pub queue_id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub sales_open_at: DateTime<Utc>,
    pub sales_close_at: DateTime<Utc>,
    pub seats: Vec<InventorySeatBody>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InventorySeatBody {
    pub seat_id: Uuid,
    pub number: u32,
    pub section: String,
    pub row: u32,
    /// Won.
    pub price: i64,
}

impl From<&concert::InventoryPlan> for InventoryBody {
    fn from(plan: &concert::InventoryPlan) -> Self {
        let seat = |seat: &concert::PlannedSeat| InventorySeatBody {
            seat_id: seat.id.0,
            number: seat.number,
            section: seat.section.clone(),
            row: seat.row,
            price: seat.price.as_won(),
        };
        Self {
            concert_id: plan.schedule.concert_id.0,
            queue_id: plan.queue_id.0,
            starts_at: plan.schedule.starts_at,
            sales_open_at: plan.sales.opens_at(),
            sales_close_at: plan.sales.closes_at(),
            seats: plan.seats.iter().map(seat).collect(),
        }
    }
}

impl InventoryBody {
    /// The terms and the stock, every seat available.
    pub fn stock(self, schedule_id: ScheduleId) -> Result<(SaleTerms, Vec<InventorySeat>), Invalid> {
        if self.sales_close_at <= self.sales_open_at {
            return Err(Invalid::new("salesCloseAt", "must be after salesOpenAt"));
        }
        for (index, seat) in self.seats.iter().enumerate() {
            for (field, value) in [("number", seat.number), ("row", seat.row)] {
                if value == 0 {
                    return Err(Invalid::new(format!("seats[{index}].{field}"), "must be at least 1"));
                }
            }
        }
        let terms = SaleTerms {
            schedule_id,
            concert_id: ConcertId(self.concert_id),
            queue_id: QueueId(self.queue_id),
            starts_at: self.starts_at,
            sales_open_at: self.sales_open_at,
            sales_close_at: self.sales_close_at,
        };
        let seats = self.seats.into_iter().enumerate().map(|(index, seat)| {
            let price = Amount::new(seat.price)
                .map_err(|error| Invalid::new(format!("seats[{index}].price"), error))?;
            let InventorySeatBody { seat_id, number, section, row, price: _ } = seat;
            Ok(InventorySeat {
                id: SeatId(seat_id),
                number,
                section,
                row,
                price,
                state: SeatState::Available,
            })
        });
        Ok((terms, seats.collect::<Result<_, Invalid>>()?))
    }
}

/// `GET /internal/v1/inventories/{scheduleId}/changes?after=`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatChangesBody {
    pub version: i64,
    pub now: DateTime<Utc>,
    pub changes: Vec<SeatChangeBody>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatChangeBody {
    pub seat_id: Uuid,
    pub status: SeatStatusBody,
    /// When a hold lapses; absent while it is being paid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_until: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SeatStatusBody {
    Available,
    Held,
    Sold,
    Blocked,
}

impl From<SeatReport> for SeatChangesBody {
    fn from(report: SeatReport) -> Self {
        let change = |(SeatId(seat_id), state): (SeatId, SeatState)| {
            let (status, held_until) = match state {
                SeatState::Available => (SeatStatusBody::Available, None),
                SeatState::Held { by: _, until } => (SeatStatusBody::Held, until),
                SeatState::Sold { to: _ } => (SeatStatusBody::Sold, None),
                SeatState::Blocked => (SeatStatusBody::Blocked, None),
            };
            SeatChangeBody { seat_id, status, held_until }
        };
        Self {
            version: report.version,
            now: report.now,
            changes: report.changes.into_iter().map(change).collect(),
        }
    }
}

impl From<SeatChangesBody> for concert::SeatChanges {
    fn from(body: SeatChangesBody) -> Self {
        let change = |change: SeatChangeBody| {
            let status = match change.status {
                SeatStatusBody::Available => SeatStatus::Available,
                SeatStatusBody::Held => SeatStatus::Held { until: change.held_until },
                SeatStatusBody::Sold => SeatStatus::Sold,
                SeatStatusBody::Blocked => SeatStatus::Blocked,
            };
            (SeatId(change.seat_id), status)
        };
        Self { version: body.version, now: body.now, changes: body.changes.into_iter().map(change).collect() }
    }
}
