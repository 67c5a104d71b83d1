use std::sync::Arc;

use chrono::TimeDelta;
use domain::concert::{NewConcert, SalesWindow, SeatPlan, Section};
use domain::shared::{Amount, IdGenerator, ScheduleId};

use super::{CONCERT, Fan, QUEUE, busy};
use crate::executor::{Moment, Process};
use crate::faults::Step;
use crate::services::ConcertApp;
use crate::world::World;

/// Tries of an operator who is not answered; more than the longest outage needs.
const TRIES: u32 = 60;

/// Puts the performance on sale; sometimes two operators do so at once.
pub fn arrive(world: &Arc<World>) {
    let operators = if world.executor.draw(|chance| chance.one_in(6)) { 2 } else { 1 };
    for _ in 0..operators {
        let operator = Fan {
            world: Arc::clone(world),
            process: Process::World,
            user: domain::shared::UserId(world.ids.next()),
        };
        busy(world, Process::World, async move { operator.operate().await });
    }
}

impl Fan {
    async fn operate(&self) {
        let id = ScheduleId(self.world.ids.next());
        for _ in 0..TRIES {
            if self.publish(id).await {
                return;
            }
            self.pause(200, 1_200).await;
        }
    }

    /// True once the performance is on sale.
    async fn publish(&self, id: ScheduleId) -> bool {
        let start = Moment::default().date();
        let Ok(sales) = SalesWindow::new(start - TimeDelta::days(1), start + TimeDelta::days(1)) else {
            return false;
        };
        let new =
            NewConcert { title: "Arirang".to_owned(), venue: "Hall".to_owned(), queue_id: QUEUE, sales };
        let Ok(price) = Amount::new(self.world.settings.price) else { return false };
        let section =
            Section { name: "Floor".to_owned(), rows: 1, seats_per_row: self.world.settings.seats, price };
        let Ok(plan) = SeatPlan::new(vec![section]) else { return false };
        let starts_at = start + TimeDelta::days(2);
        let publish = move |concert: Arc<ConcertApp>| {
            let (new, plan) = (new.clone(), plan.clone());
            async move {
                concert.add(CONCERT, new).await.ok()?;
                concert.publish(id, CONCERT, starts_at, &plan).await.ok()
            }
        };
        let published = self.ask(Step::OperatorPublishes, publish).await.flatten();
        published.is_some() || self.is_on_sale()
    }

    /// Another operator was faster.
    fn is_on_sale(&self) -> bool {
        self.world
            .stores
            .catalogue
            .inspect(|programme| programme.performances.values().any(|it| it.published))
    }
}
