use std::collections::HashMap;
use std::sync::Mutex;

use anyhow::{Context, bail};
use async_trait::async_trait;

use super::day;
use crate::concert::{Inventory, InventoryPlan, SeatChanges, SeatStatus};
use crate::shared::{ScheduleId, SeatId, Unavailable};

/// How a call goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// It never arrives.
    Unreachable,
    /// It is done, and the answer does not come.
    AnswerLost,
}

/// An inventory in memory that counts every change as a version.
#[derive(Default)]
pub struct FaultyInventory {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    fault: Option<Fault>,
    stock: HashMap<ScheduleId, InventoryPlan>,
    log: Vec<(ScheduleId, SeatId, SeatStatus)>,
    asked_behind: Vec<i64>,
}

impl FaultyInventory {
    /// How the calls from now on go wrong; `None`: they do not.
    pub fn fail(&self, fault: Option<Fault>) {
        self.state.lock().unwrap().fault = fault;
    }

    pub fn set(&self, schedule: ScheduleId, seat: SeatId, status: SeatStatus) {
        self.state.lock().unwrap().log.push((schedule, seat, status));
    }

    pub fn stock(&self) -> HashMap<ScheduleId, InventoryPlan> {
        self.state.lock().unwrap().stock.clone()
    }

    /// The versions that were asked for, in order.
    pub fn asked_behind(&self) -> Vec<i64> {
        self.state.lock().unwrap().asked_behind.clone()
    }
}

impl State {
    fn arrives(&self) -> anyhow::Result<()> {
        if self.fault == Some(Fault::Unreachable) {
            bail!(Unavailable("the inventory"));
        }
        Ok(())
    }

    fn answers(&self) -> anyhow::Result<()> {
        if self.fault.is_some() {
            bail!(Unavailable("the inventory"));
        }
        Ok(())
    }
}

#[async_trait]
impl Inventory for FaultyInventory {
    async fn publish(&self, plan: &InventoryPlan) -> anyhow::Result<()> {
        let mut state = self.state.lock().unwrap();
        state.arrives()?;
        let State { stock, log, .. } = &mut *state;
        stock.entry(plan.schedule.id).or_insert_with(|| {
            log.extend(plan.seats.iter().map(|seat| (plan.schedule.id, seat.id, SeatStatus::Available)));
            plan.clone()
        });
        state.answers()
    }

    async fn changes(&self, schedule: ScheduleId, version: i64) -> anyhow::Result<SeatChanges> {
        let mut state = self.state.lock().unwrap();
        state.arrives()?;
        state.stock.get(&schedule).context("there is no such inventory")?;
        state.asked_behind.push(version);
        let behind = state.log.iter().skip(usize::try_from(version)?).filter(|(of, ..)| *of == schedule);
        let changes = behind.map(|(_, seat, status)| (*seat, *status)).collect();
        let changes = SeatChanges { version: i64::try_from(state.log.len())?, now: day(1), changes };
        state.answers()?;
        Ok(changes)
    }
}
