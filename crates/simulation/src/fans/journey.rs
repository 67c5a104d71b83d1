use std::sync::Arc;

use domain::queue::{EntryError, Standing};
use domain::shared::EntryId;

use super::{Fan, QUEUE};
use crate::faults::Step;
use crate::services::{Pass, QueueApp};
use crate::world::Acknowledged;

/// Polls before a fan loses patience with the line.
const POLLS: u32 = 18;

impl Fan {
    /// The whole visit of one person.
    pub(super) async fn live(&self) {
        if !self.open_wallet().await {
            return;
        }
        if self.draws(10) < 8 {
            self.top_up().await;
        }
        for _ in 0..=self.draws(2) {
            self.visit().await;
        }
    }

    async fn visit(&self) {
        if self.draws(6) == 0 {
            let other = self.clone();
            self.another_tab(async move {
                other.join().await;
            });
        }
        let Some(entry) = self.join().await else { return };
        let Some(pass) = self.wait(entry).await else { return };
        self.shop(&pass).await;
        if self.draws(8) == 0 {
            self.leave(entry).await;
        }
    }

    /// A place in line, or inside.
    async fn join(&self) -> Option<EntryId> {
        let user = self.user;
        for _ in 0..4 {
            let join = move |queue: Arc<QueueApp>| async move { queue.join(QUEUE, user).await };
            if let Some(Ok(joined)) = self.ask(Step::FanJoins, join).await {
                let entry = joined.standing.entry.id;
                self.acknowledged(Acknowledged::Place { entry });
                return Some(entry);
            }
            self.pause(100, 1_500).await;
        }
        None
    }

    /// Polls until let in; `None`: it came to nothing.
    async fn wait(&self, entry: EntryId) -> Option<Pass> {
        for _ in 0..POLLS {
            match self.standing(entry).await {
                Some(Ok(standing)) => {
                    if let Some(pass) = Pass::of(&standing.entry) {
                        return Some(pass);
                    }
                }
                Some(Err(EntryError::Ended { .. } | EntryError::NoSuchEntry)) => return None,
                Some(Err(EntryError::Unexpected(_))) | None => {}
            }
            match self.draws(40) {
                0 => {
                    self.leave(entry).await;
                    return None;
                }
                1 => return None,
                _ => self.pause(700, 2_500).await,
            }
        }
        None
    }

    async fn standing(&self, entry: EntryId) -> Option<Result<Standing, EntryError>> {
        let standing = move |queue: Arc<QueueApp>| async move { queue.standing(QUEUE, entry).await };
        self.ask(Step::FanPolls, standing).await
    }

    pub(super) async fn leave(&self, entry: EntryId) {
        let leave = move |queue: Arc<QueueApp>| async move { queue.leave(QUEUE, entry).await };
        drop(self.ask(Step::FanLeaves, leave).await);
    }
}
