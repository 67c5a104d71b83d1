use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Concert, Draft, Drafted, PlannedSeat, SalesWindow, Schedule, SeatStatus};
use crate::shared::{ConcertId, Page, PageRequest, QueueId, ScheduleId, SeatId};

/// Concerts, schedules and their seats. Each method is one transaction.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// Adds a concert; the same id again changes nothing.
    async fn add_concert(&self, concert: Concert) -> anyhow::Result<()>;

    async fn concert(&self, id: ConcertId) -> anyhow::Result<Option<Concert>>;

    /// All concerts in the order of their ids, which is that of their making.
    async fn concerts(&self, page: PageRequest) -> anyhow::Result<Page<Concert>>;

    /// Stores a performance that nobody sees yet, of a concert that exists. One performance per concert and time:
    /// [`Draft::decide`] says what becomes of a second one. What was stored once keeps its ids for good.
    async fn draft(&self, draft: Draft) -> anyhow::Result<Drafted>;

    /// From now on fans see it; again changes nothing.
    async fn publish(&self, schedule: ScheduleId) -> anyhow::Result<()>;

    /// The published performances of a concert, by their start.
    async fn schedules(&self, concert: ConcertId) -> anyhow::Result<Vec<Schedule>>;

    /// A published performance.
    async fn schedule(&self, id: ScheduleId) -> anyhow::Result<Option<Schedule>>;

    /// The seats of a performance, published or not, by number.
    async fn seats(&self, schedule: ScheduleId) -> anyhow::Result<Vec<PlannedSeat>>;
}

/// Everything the inventory needs to sell a performance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InventoryPlan {
    pub schedule: Schedule,
    pub queue_id: QueueId,
    pub sales: SalesWindow,
    pub seats: Vec<PlannedSeat>,
}

/// Seats whose status may have changed, and the version that includes these changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeatChanges {
    pub version: i64,
    /// The inventory's clock, by which holds lapse.
    pub now: DateTime<Utc>,
    pub changes: Vec<(SeatId, SeatStatus)>,
}

/// The service that sells the seats. An error means *unknown*.
#[async_trait]
pub trait Inventory: Send + Sync {
    /// Puts a performance on sale; the same id again changes nothing.
    async fn publish(&self, plan: &InventoryPlan) -> anyhow::Result<()>;

    /// Every change behind `version`, perhaps some before it again; behind 0: every seat.
    async fn changes(&self, schedule: ScheduleId, version: i64) -> anyhow::Result<SeatChanges>;
}
