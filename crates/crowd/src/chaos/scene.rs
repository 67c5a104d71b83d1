//! The stack, the sale on it, and the crowd in front of it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use tokio::sync::{Notify, watch};

use crate::fan::{Crowd, Sale, Takings};
use crate::http::{Caller, Curtain, Manners, Phase, Tally};
use crate::ledger::Diary;
use crate::promoter::{MAIN_QUEUE, OnSale, Promoter};
use crate::stack::{Network, Options, Stack};

/// Fewer than come, so that there is a line.
const MAX_ACTIVE: u32 = 16;
/// Short enough that passes and holds run out while somebody is at them.
const PASS_TTL: Duration = Duration::from_secs(20);
const HOLD_TTL: Duration = Duration::from_secs(6);
/// More than ever come.
pub(super) const EVERYBODY: u32 = 1_000_000;
/// Somewhat more than the services wait for each other.
const FAN_DEADLINE: Duration = Duration::from_secs(5);
const HANG_UP_PERCENT: u32 = 4;
const PERFORMANCES_AT_FIRST: u32 = 2;

pub(super) struct Scene {
    pub(super) stack: Stack,
    pub(super) crowd: Arc<Crowd>,
    pub(super) promoter: Promoter,
    pub(super) curtain: watch::Sender<Phase>,
    on_sale: Mutex<OnSale>,
}

impl Scene {
    pub(super) async fn set(folder: &Path, options: &super::Options, seed: u64) -> anyhow::Result<Self> {
        let seconds = |ttl: Duration| ttl.as_secs().to_string();
        let stack = Stack::start(Options {
            binaries: &options.binaries()?,
            folder,
            postgres: &options.postgres,
            settings: &[
                ("BOXOFFICE__QUEUE__MAX_ACTIVE", MAX_ACTIVE.to_string()),
                ("BOXOFFICE__QUEUE__PASS_TTL_SECONDS", seconds(PASS_TTL)),
                ("BOXOFFICE__RESERVATION__HOLD_TTL_SECONDS", seconds(HOLD_TTL)),
            ],
            faulty_network: Some(seed),
            twice: &options.twice(),
        })
        .await?;
        let (phase, curtain) = Curtain::new();
        let caller = Caller::new(stack.doors.clone(), FAN_DEADLINE)?;
        let promoter = Promoter::new(caller.clone(), stack.operator.clone(), curtain.clone());
        let concert_id = promoter.add_concert().await?;
        let crowd = Crowd {
            caller,
            sale: Sale { queue_id: MAIN_QUEUE, concert_id, pass_ttl: PASS_TTL },
            manners: Manners { hang_up_percent: HANG_UP_PERCENT },
            curtain,
            tally: Tally::default(),
            takings: Takings::default(),
            diary: Diary::begin(&folder.join("ledger.jsonl"))?,
            running_low: Notify::new(),
        };
        let scene =
            Self { stack, crowd: Arc::new(crowd), promoter, curtain: phase, on_sale: Mutex::default() };
        for _ in 0..PERFORMANCES_AT_FIRST {
            scene.publish().await?;
        }
        Ok(scene)
    }

    async fn publish(&self) -> anyhow::Result<()> {
        let number = u32::try_from(self.on_sale().len()).context("too many performances")?;
        let (schedule, seats) = self.promoter.publish(self.crowd.sale.concert_id, number).await?;
        self.on_sale.lock().unwrap_or_else(PoisonError::into_inner).insert(schedule, seats);
        Ok(())
    }

    /// Puts another performance on sale whenever few seats are left; ends only in failure.
    pub(super) async fn promote(&self) -> anyhow::Result<()> {
        loop {
            self.crowd.running_low.notified().await;
            self.publish().await.context("no further performance could be put on sale")?;
        }
    }

    /// The performances that were acknowledged.
    pub(super) fn on_sale(&self) -> OnSale {
        self.on_sale.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn network(&self) -> anyhow::Result<&Network> {
        self.stack.network.as_ref().context("the stack has no network to break")
    }
}
