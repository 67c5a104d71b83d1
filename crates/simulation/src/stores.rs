//! The memory adapters as the services meet them: with waits before and after each transaction, in which anything
//! can happen, and with faults of the store itself.

mod books;
mod catalogue;
mod checkouts;
mod holds;
mod inventory;
mod outbox;
mod reservations;
mod room;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{anyhow, bail};
use domain::shared::Unavailable;

use crate::executor::Process;
use crate::faults::{Fault, Step};
use crate::world::{Store, World};

/// A port behind a gate.
pub struct Guarded<P: ?Sized> {
    inner: Arc<P>,
    gate: Gate,
}

impl<P: ?Sized> Guarded<P> {
    pub fn new(inner: Arc<P>, gate: &Gate) -> Arc<Self> {
        Arc::new(Self { inner, gate: gate.clone() })
    }
}

/// The way of one process into one store.
#[derive(Clone)]
pub struct Gate {
    pub world: Arc<World>,
    process: Process,
    store: Store,
}

impl Gate {
    pub fn new(world: &Arc<World>, process: Process, store: Store) -> Self {
        Self { world: Arc::clone(world), process, store }
    }

    /// Up to the moment at which the transaction has all its locks.
    pub async fn enter(&self, step: Step) -> anyhow::Result<()> {
        let executor = &self.world.executor;
        match self.world.strike(step, &Fault::BEFORE_COMMIT) {
            Some(Fault::KilledBeforeCommit) => self.world.die(self.process).await,
            Some(Fault::PoolExhausted) => {
                executor.give_way().await;
                return Err(anyhow!("no connection in time").context(Unavailable("the store")));
            }
            Some(Fault::SerializationFailure) => {
                executor.give_way().await;
                bail!("the transaction was rolled back three times");
            }
            Some(Fault::SlowStore) => {
                let long = executor.draw(|chance| chance.one_in(3));
                let most = if long { 12_000 } else { 900 };
                let pause = executor.draw(|chance| chance.millis(50, most));
                self.world.trouble(executor.now() + pause);
                executor.sleep(pause).await;
            }
            Some(_) | None => self.hesitate().await,
        }
        if self.world.weather.store_is_down(self.process, executor.now()) {
            executor.sleep(Duration::from_millis(5)).await;
            return Err(anyhow!("connection refused").context(Unavailable("the store")));
        }
        Ok(())
    }

    /// From the commit to the moment at which the caller hears of it.
    pub async fn leave(&self, step: Step) -> anyhow::Result<()> {
        self.world.touched(self.store);
        self.look(step).await
    }

    /// As [`Self::leave`], for a job that says whether it found anything to do. Where it did not, the tables are read
    /// with the next step that wrote: that what it says is true is then seen a little later, not never.
    pub async fn leave_job(&self, step: Step, found: bool) -> anyhow::Result<()> {
        if found || self.world.plant.is_some() {
            self.world.touched(self.store);
        }
        self.look(step).await
    }

    /// As [`Self::leave`], where nothing can have been written.
    pub async fn look(&self, step: Step) -> anyhow::Result<()> {
        match self.world.strike(step, &Fault::AFTER_COMMIT) {
            Some(Fault::KilledAfterCommit) => self.world.die(self.process).await,
            Some(Fault::CommitUnknown) => {
                self.world.executor.give_way().await;
                bail!("the connection was lost during COMMIT");
            }
            Some(_) | None => self.world.executor.give_way().await,
        }
        Ok(())
    }

    /// Mostly not at all, sometimes for a turn, seldom for some milliseconds.
    async fn hesitate(&self) {
        let executor = &self.world.executor;
        match executor.draw(|chance| chance.below(16)) {
            0..6 => executor.give_way().await,
            6..8 => {
                let pause = executor.draw(|chance| chance.millis(1, 30));
                executor.sleep(pause).await;
            }
            _ => {}
        }
    }
}
