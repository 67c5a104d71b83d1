use std::sync::Arc;

use async_trait::async_trait;
use domain::concert::{Inventory, InventoryPlan, SeatChanges};
use domain::reservation::{Payment, Payments, WalletAnswer};
use domain::shared::{IdGenerator, PaymentId, ScheduleId};

use super::Plant;
use crate::world::World;

/// The wallet, as a wrong adapter makes it look.
pub struct WrongPayments {
    pub right: Arc<dyn Payments>,
    pub world: Arc<World>,
    pub plant: Plant,
}

#[async_trait]
impl Payments for WrongPayments {
    async fn debit(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        match self.plant {
            Plant::TimeoutIsNeverSent => {
                Ok(self.right.debit(payment).await.unwrap_or(WalletAnswer::NeverSent))
            }
            Plant::FreshIdPerDebit => {
                let id = PaymentId(self.world.ids.next());
                self.right.debit(&Payment { id, ..payment.clone() }).await
            }
            _ => self.right.debit(payment).await,
        }
    }

    async fn void(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        self.right.void(payment).await
    }

    async fn refund(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        self.right.refund(payment).await
    }
}

/// The inventory, as a wrong reader asks it.
pub struct WrongInventory {
    pub right: Arc<dyn Inventory>,
    pub plant: Plant,
}

#[async_trait]
impl Inventory for WrongInventory {
    async fn publish(&self, plan: &InventoryPlan) -> anyhow::Result<()> {
        self.right.publish(plan).await
    }

    async fn changes(&self, schedule: ScheduleId, version: i64) -> anyhow::Result<SeatChanges> {
        let skipped = i64::from(self.plant == Plant::SeatMapSkips && version > 0);
        self.right.changes(schedule, version + skipped).await
    }
}
